//! Data keys wrapped by AWS KMS. The object's name is the encryption context, so KMS unwraps a key for its own file only,
//! and CloudTrail tells which file a key was used for.

use async_trait::async_trait;
use aws_sdk_kms::Client;
use aws_sdk_kms::error::DisplayErrorContext;
use aws_sdk_kms::operation::decrypt::DecryptError;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::DataKeySpec;
use harrier_artifacts::encryption::{DATA_KEY_LENGTH, DataKey, EncryptionError, KeyWrapper, PlainKey, SealedObject};

/// A KMS key that wraps data keys.
#[derive(Debug, Clone)]
pub struct KmsKeys {
    client: Client,
    key: String,
}

/// The name under which KMS and CloudTrail see the object.
const CONTEXT: &str = "harrier:object";

impl KmsKeys {
    /// `key` is the id, ARN or alias of a symmetric key.
    #[must_use]
    pub fn new(client: Client, key: impl Into<String>) -> Self {
        Self { client, key: key.into() }
    }
}

#[async_trait]
impl KeyWrapper for KmsKeys {
    async fn generate(&self, object: &SealedObject) -> Result<DataKey, EncryptionError> {
        let request = self.client.generate_data_key().key_id(&self.key).key_spec(DataKeySpec::Aes256);
        let answer = request.encryption_context(CONTEXT, object.to_string()).send().await.map_err(failed)?;
        let plain = plain_key(answer.plaintext)?;
        let wrapped = answer.ciphertext_blob.ok_or_else(no_key)?.into_inner();
        Ok(DataKey { plain, wrapped })
    }

    async fn unwrap(&self, wrapped: &[u8], object: &SealedObject) -> Result<PlainKey, EncryptionError> {
        let request = self.client.decrypt().key_id(&self.key).ciphertext_blob(Blob::new(wrapped));
        match request.encryption_context(CONTEXT, object.to_string()).send().await {
            Ok(answer) => plain_key(answer.plaintext),
            Err(error) => match error.as_service_error() {
                Some(DecryptError::InvalidCiphertextException(_)) => Err(EncryptionError::Forged),
                _ => Err(failed(error)),
            },
        }
    }
}

fn plain_key(plain: Option<Blob>) -> Result<PlainKey, EncryptionError> {
    let plain = zeroize::Zeroizing::new(plain.ok_or_else(no_key)?.into_inner());
    let mut key = PlainKey::new([0; DATA_KEY_LENGTH]);
    if plain.len() != key.len() {
        return Err(no_key());
    }
    key.copy_from_slice(&plain);
    Ok(key)
}

fn no_key() -> EncryptionError {
    EncryptionError::Keys("KMS answered without a key".to_owned())
}

fn failed(error: impl std::error::Error) -> EncryptionError {
    EncryptionError::Keys(DisplayErrorContext(&error).to_string())
}
