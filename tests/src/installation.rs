//! A whole installation in this process and in memory, one for each test.

use harrier::{Administrator, Options, Stack, set_administrator};
use harrier_domain::Tenant;

use crate::Client;

/// A running server with tenant `DEFAULT`.
pub struct Installation {
    stack: Stack,
}

impl Installation {
    /// Everything at its default.
    pub async fn start() -> Self {
        Self::start_with(Options::in_memory()).await
    }

    /// As wanted.
    pub async fn start_with(options: Options) -> Self {
        Self { stack: Stack::start(options).await.expect("the stack starts") }
    }

    /// What is behind the APIs.
    #[must_use]
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    /// The Management API as its administrator.
    #[must_use]
    pub fn administrator(&self) -> Client {
        self.login(self.stack.administrator())
    }

    /// The Management API as a new user of tenant `DEFAULT` who has these authorities and no more.
    pub async fn user(&self, name: &str, authorities: &[&str]) -> Client {
        self.user_of(Tenant::DEFAULT, name, authorities).await
    }

    /// The Management API as a new user of any tenant.
    pub async fn user_of(&self, tenant: &str, name: &str, authorities: &[&str]) -> Client {
        let tenant = Tenant::parse(tenant).expect("the name of a tenant");
        let authorities = authorities.iter().map(ToString::to_string).collect();
        let user = set_administrator(&self.stack.app().store, &tenant, name, authorities, None).await;
        self.login(&user.expect("the user is made"))
    }

    /// Anybody, without credentials.
    #[must_use]
    pub fn anonymous(&self) -> Client {
        Client::new(self.stack.url())
    }

    fn login(&self, user: &Administrator) -> Client {
        self.anonymous().with_login(&user.name, user.password.reveal().expect("a new password"))
    }
}
