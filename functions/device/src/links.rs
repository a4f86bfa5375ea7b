//! The addresses a device is told (DDI §3.3, §3.7, §11).

use harrier_domain::Tenant;
use harrier_rest::{Href, Origin};

/// Makes the addresses of one device.
pub struct DeviceLinks {
    origin: Origin,
    /// As in the path of the request: devices find their own spelling again.
    tenant_as_called: String,
    tenant: Tenant,
    controller_id: String,
}

impl DeviceLinks {
    pub fn new(origin: Origin, tenant_as_called: String, tenant: Tenant, controller_id: String) -> Self {
        Self { origin, tenant_as_called, tenant, controller_id }
    }

    fn device(&self, tenant: &str) -> Href {
        self.origin.href("").segment(tenant).segment("controller").segment("v1").segment(&self.controller_id)
    }

    fn resource(&self, name: &str) -> Href {
        self.device(&self.tenant_as_called).segment(name)
    }

    pub fn config_data(&self) -> Href {
        self.resource("configData")
    }

    pub fn deployment(&self, action: i64, fingerprint: i32) -> Href {
        self.resource("deploymentBase").segment(action).query("c", fingerprint)
    }

    pub fn installed(&self, action: i64) -> Href {
        self.resource("installedBase").segment(action)
    }

    pub fn cancel(&self, action: i64) -> Href {
        self.resource("cancelAction").segment(action)
    }

    pub fn confirmation(&self) -> Href {
        self.resource("confirmationBase")
    }

    pub fn confirmation_of(&self, action: i64, fingerprint: i32) -> Href {
        self.confirmation().segment(action).query("c", fingerprint)
    }

    /// Names the tenant as it is stored, in upper case: old Zephyr clients search for that (DDI §1.1).
    pub fn artifact(&self, module: i64, filename: &str) -> Href {
        self.device(self.tenant.as_str())
            .segment("softwaremodules")
            .segment(module)
            .segment("artifacts")
            .segment(filename)
    }
}
