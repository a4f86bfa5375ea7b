//! Who is asking: devices, users, and the tenants they belong to.
#![forbid(unsafe_code)]

mod certificate;
mod common_name;
pub mod device;
pub mod oidc;
mod password;
mod password_check;
mod provisioning;
mod remembered_logins;
pub mod secret;
mod tenants;
mod users;

pub use certificate::{AuthoritiesError, ClientAuthorities, ClientCertificate};
pub use password::{PasswordError, hash_password, verify_password};
pub use provisioning::{NewTenant, create_tenant, put_user};
pub use tenants::{TenantDirectory, TenantSnapshot};
pub use users::{LoginError, Principal, UserDirectory, UserLogins};
