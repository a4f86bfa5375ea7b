//! Who may do what: authorities, roles and what each implies (management §1.3).
//!
//! The set of effective authorities is a bit set; the strings a user was granted are kept beside it, because user info
//! answers them exactly as granted (management §5.17). A scoped authority (`UPDATE_TARGET/group==EU`) is an opt-in of the
//! reference that is off here: it is kept as granted and gives no right.

use crate::{Error, Result, named};

named! {
    /// One authority or role of management §1.3, by its name on the wire and in configuration.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Authority {
        CreateTarget = "CREATE_TARGET",
        ReadTarget = "READ_TARGET",
        UpdateTarget = "UPDATE_TARGET",
        DeleteTarget = "DELETE_TARGET",
        ReadTargetSecurityToken = "READ_TARGET_SECURITY_TOKEN",
        CreateTargetType = "CREATE_TARGET_TYPE",
        ReadTargetType = "READ_TARGET_TYPE",
        UpdateTargetType = "UPDATE_TARGET_TYPE",
        DeleteTargetType = "DELETE_TARGET_TYPE",
        CreateDistributionSet = "CREATE_DISTRIBUTION_SET",
        ReadDistributionSet = "READ_DISTRIBUTION_SET",
        UpdateDistributionSet = "UPDATE_DISTRIBUTION_SET",
        DeleteDistributionSet = "DELETE_DISTRIBUTION_SET",
        CreateDistributionSetType = "CREATE_DISTRIBUTION_SET_TYPE",
        ReadDistributionSetType = "READ_DISTRIBUTION_SET_TYPE",
        UpdateDistributionSetType = "UPDATE_DISTRIBUTION_SET_TYPE",
        DeleteDistributionSetType = "DELETE_DISTRIBUTION_SET_TYPE",
        CreateSoftwareModule = "CREATE_SOFTWARE_MODULE",
        ReadSoftwareModule = "READ_SOFTWARE_MODULE",
        UpdateSoftwareModule = "UPDATE_SOFTWARE_MODULE",
        DeleteSoftwareModule = "DELETE_SOFTWARE_MODULE",
        ReadSoftwareModuleArtifact = "READ_SOFTWARE_MODULE_ARTIFACT",
        CreateSoftwareModuleType = "CREATE_SOFTWARE_MODULE_TYPE",
        ReadSoftwareModuleType = "READ_SOFTWARE_MODULE_TYPE",
        UpdateSoftwareModuleType = "UPDATE_SOFTWARE_MODULE_TYPE",
        DeleteSoftwareModuleType = "DELETE_SOFTWARE_MODULE_TYPE",
        CreateRollout = "CREATE_ROLLOUT",
        ReadRollout = "READ_ROLLOUT",
        UpdateRollout = "UPDATE_ROLLOUT",
        DeleteRollout = "DELETE_ROLLOUT",
        ApproveRollout = "APPROVE_ROLLOUT",
        HandleRollout = "HANDLE_ROLLOUT",
        CreateAutoAssignment = "CREATE_AUTO_ASSIGNMENT",
        ReadAutoAssignment = "READ_AUTO_ASSIGNMENT",
        UpdateAutoAssignment = "UPDATE_AUTO_ASSIGNMENT",
        DeleteAutoAssignment = "DELETE_AUTO_ASSIGNMENT",
        ApproveAutoAssignment = "APPROVE_AUTO_ASSIGNMENT",
        HandleAutoAssignment = "HANDLE_AUTO_ASSIGNMENT",
        CreateTenantConfiguration = "CREATE_TENANT_CONFIGURATION",
        ReadTenantConfiguration = "READ_TENANT_CONFIGURATION",
        UpdateTenantConfiguration = "UPDATE_TENANT_CONFIGURATION",
        DeleteTenantConfiguration = "DELETE_TENANT_CONFIGURATION",
        TenantConfiguration = "TENANT_CONFIGURATION",
        ReadGatewaySecurityToken = "READ_GATEWAY_SECURITY_TOKEN",
        RoleTargetAdmin = "ROLE_TARGET_ADMIN",
        RoleRepositoryAdmin = "ROLE_REPOSITORY_ADMIN",
        RoleRolloutAdmin = "ROLE_ROLLOUT_ADMIN",
        RoleTenantAdmin = "ROLE_TENANT_ADMIN",
    }
}

impl Authority {
    /// What having this authority grants directly; [`Authorities`] closes over it (management §1.3, second table).
    #[must_use]
    pub fn implies(self) -> &'static [Self] {
        use Authority::*;
        match self {
            CreateTarget | DeleteTarget => &[ReadTargetType],
            ReadTarget => &[ReadTargetType, ReadAutoAssignment],
            UpdateTarget => &[ReadTargetType, CreateAutoAssignment, UpdateAutoAssignment, DeleteAutoAssignment],
            CreateSoftwareModule | ReadSoftwareModule | UpdateSoftwareModule | DeleteSoftwareModule => {
                &[ReadSoftwareModuleType]
            }
            CreateDistributionSet | ReadDistributionSet | UpdateDistributionSet | DeleteDistributionSet => {
                &[ReadDistributionSetType]
            }
            TenantConfiguration => &[
                CreateTenantConfiguration,
                ReadTenantConfiguration,
                UpdateTenantConfiguration,
                DeleteTenantConfiguration,
                ReadGatewaySecurityToken,
            ],
            RoleTargetAdmin | RoleRepositoryAdmin | RoleRolloutAdmin | RoleTenantAdmin => self.members_of_role(),
            _ => &[],
        }
    }

    fn members_of_role(self) -> &'static [Self] {
        use Authority::*;
        match self {
            RoleTargetAdmin => &[
                CreateTarget,
                ReadTarget,
                UpdateTarget,
                DeleteTarget,
                ReadTargetSecurityToken,
                CreateTargetType,
                ReadTargetType,
                UpdateTargetType,
                DeleteTargetType,
                ApproveAutoAssignment,
                HandleAutoAssignment,
            ],
            RoleRepositoryAdmin => &[
                CreateSoftwareModule,
                ReadSoftwareModule,
                UpdateSoftwareModule,
                DeleteSoftwareModule,
                CreateSoftwareModuleType,
                ReadSoftwareModuleType,
                UpdateSoftwareModuleType,
                DeleteSoftwareModuleType,
                CreateDistributionSet,
                ReadDistributionSet,
                UpdateDistributionSet,
                DeleteDistributionSet,
                CreateDistributionSetType,
                ReadDistributionSetType,
                UpdateDistributionSetType,
                DeleteDistributionSetType,
                ReadSoftwareModuleArtifact,
            ],
            RoleRolloutAdmin => {
                &[CreateRollout, ReadRollout, UpdateRollout, DeleteRollout, ApproveRollout, HandleRollout]
            }
            RoleTenantAdmin => &[RoleTargetAdmin, RoleRepositoryAdmin, RoleRolloutAdmin, TenantConfiguration],
            _ => &[],
        }
    }

    fn bit(self) -> u64 {
        1 << (self as u64)
    }
}

impl std::fmt::Display for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What a caller was granted, and all that follows from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authorities {
    granted: Vec<String>,
    effective: u64,
}

impl Authorities {
    /// The authorities of a caller who was granted these names. Unknown names are kept and give no right.
    pub fn from_granted<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        let granted: Vec<String> = names.into_iter().map(Into::into).collect();
        let direct = granted.iter().filter_map(|name| Authority::from_name(name)).fold(0, |set, a| set | a.bit());
        Self { granted, effective: closure(direct) }
    }

    /// Whether the caller has the authority, granted or implied.
    #[must_use]
    pub fn has(&self, authority: Authority) -> bool {
        self.effective & authority.bit() != 0
    }

    /// Refuses a caller who lacks the authority.
    ///
    /// # Errors
    /// [`Error::InsufficientPermission`].
    pub fn require(&self, authority: Authority) -> Result<()> {
        if self.has(authority) { Ok(()) } else { Err(Error::InsufficientPermission) }
    }

    /// Refuses a caller who lacks any of the authorities (`A+B` in the endpoint tables).
    ///
    /// # Errors
    /// [`Error::InsufficientPermission`].
    pub fn require_all(&self, authorities: &[Authority]) -> Result<()> {
        authorities.iter().try_for_each(|authority| self.require(*authority))
    }

    /// The names exactly as granted, unknown and scoped ones included (management §5.17).
    #[must_use]
    pub fn granted(&self) -> &[String] {
        &self.granted
    }

    /// Every authority in effect, implied ones included.
    pub fn effective(&self) -> impl Iterator<Item = Authority> + '_ {
        Authority::ALL.iter().copied().filter(|authority| self.has(*authority))
    }
}

fn closure(start: u64) -> u64 {
    let mut closed = start;
    loop {
        let next = one_step(closed);
        if next == closed {
            return closed;
        }
        closed = next;
    }
}

fn one_step(set: u64) -> u64 {
    let members = Authority::ALL.iter().filter(|authority| set & authority.bit() != 0);
    members.flat_map(|authority| authority.implies()).fold(set, |grown, implied| grown | implied.bit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(names: &[&str]) -> Authorities {
        Authorities::from_granted(names.iter().copied())
    }

    #[test]
    fn every_name_parses_back_and_fits_the_bit_set() {
        assert!(Authority::ALL.len() <= 64);
        for authority in Authority::ALL {
            assert_eq!(Authority::from_name(authority.name()), Some(authority), "{authority}");
        }
        assert_eq!(Authority::from_name("read_target"), None);
    }

    #[test]
    fn implications_of_the_contract() {
        use Authority::*;
        let table: &[(&str, &[Authority], &[Authority])] = &[
            ("CREATE_TARGET", &[ReadTargetType], &[ReadTarget, ReadAutoAssignment]),
            ("READ_TARGET", &[ReadTargetType, ReadAutoAssignment], &[UpdateTarget, ReadTargetSecurityToken]),
            ("UPDATE_TARGET", &[CreateAutoAssignment, DeleteAutoAssignment, ReadTargetType], &[ReadAutoAssignment]),
            ("DELETE_SOFTWARE_MODULE", &[ReadSoftwareModuleType], &[ReadSoftwareModule, ReadSoftwareModuleArtifact]),
            ("READ_DISTRIBUTION_SET", &[ReadDistributionSetType], &[UpdateDistributionSetType]),
            ("READ_SOFTWARE_MODULE_TYPE", &[], &[ReadSoftwareModule]),
            ("TENANT_CONFIGURATION", &[DeleteTenantConfiguration, ReadGatewaySecurityToken], &[ReadTarget]),
            ("READ_TENANT_CONFIGURATION", &[], &[ReadGatewaySecurityToken, UpdateTenantConfiguration]),
            ("ROLE_TARGET_ADMIN", &[ReadTargetSecurityToken, HandleAutoAssignment, ReadAutoAssignment], &[ReadRollout]),
            ("ROLE_REPOSITORY_ADMIN", &[ReadSoftwareModuleArtifact, DeleteDistributionSetType], &[ReadTarget]),
            ("ROLE_ROLLOUT_ADMIN", &[ApproveRollout, HandleRollout, ReadRollout], &[ReadDistributionSet]),
        ];
        for (granted, has, lacks) in table {
            let authorities = of(&[granted]);
            has.iter().for_each(|authority| assert!(authorities.has(*authority), "{granted} grants {authority}"));
            lacks.iter().for_each(|authority| assert!(!authorities.has(*authority), "{granted} is not {authority}"));
        }
    }

    #[test]
    fn a_tenant_administrator_has_everything() {
        assert_eq!(of(&["ROLE_TENANT_ADMIN"]).effective().count(), Authority::ALL.len());
    }

    #[test]
    fn granted_is_kept_as_given_and_scopes_give_no_right() {
        let authorities = of(&["UPDATE_TARGET/group==EU", "ROLE_UNKNOWN", "READ_TARGET"]);
        assert_eq!(authorities.granted(), ["UPDATE_TARGET/group==EU", "ROLE_UNKNOWN", "READ_TARGET"]);
        assert_eq!(authorities.require(Authority::UpdateTarget), Err(Error::InsufficientPermission));
        assert_eq!(authorities.require_all(&[Authority::ReadTarget, Authority::ReadTargetType]), Ok(()));
    }

    proptest! {
        #[test]
        fn closing_is_extensive_idempotent_and_monotone(one: u64, other: u64) {
            let known = Authority::ALL.iter().fold(0, |set, authority| set | authority.bit());
            let (one, other) = (one & known, other & known);
            let closed = closure(one);
            prop_assert_eq!(closed & one, one);
            prop_assert_eq!(closure(closed), closed);
            prop_assert_eq!(closure(one | other) & closed, closed);
        }
    }
}
