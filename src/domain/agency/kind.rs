//! Levels, kinds and statuses of agencies.

/// Declares an enum with its stable wire names, both ways, in one list.
macro_rules! wire_names {
    ($(#[$meta:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $(
                $(#[$item])*
                #[doc = concat!("\n\nOutside: `", $text, "`.")]
                $variant
            ),+
        }

        impl $name {
            /// All, in the order of the list.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The name in JSON and in the database.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }

        // Every list has it, asked for or not.
        const _: &[$name] = $name::ALL;

        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<$name, ()> {
                match text { $($text => Ok($name::$variant),)+ _ => Err(()) }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.serialize_str(self.as_str())
            }
        }

        $crate::domain::read_from_text!($name);
    };
}
pub(crate) use wire_names;

wire_names!(
    /// Administrative level.
    Level {
        /// 国家.
        National = "national",
        /// 省级.
        Provincial = "provincial",
        /// 市级.
        Municipal = "municipal",
        /// 县级.
        County = "county",
        /// 乡镇、街道.
        Township = "township",
    }
);

wire_names!(
    /// What kind of body an agency is.
    Kind {
        /// 人民政府.
        Government = "government",
        /// 政府办公厅（室）.
        GeneralOffice = "general_office",
        /// 工作部门.
        Department = "department",
        /// 直属机构.
        DirectlyAffiliated = "directly_affiliated",
        /// 派出机关、派出机构.
        Dispatched = "dispatched",
        /// 垂直管理机构（税务、海关、气象）.
        Vertical = "vertical",
        /// 法律法规授权的组织.
        AuthorizedOrganization = "authorized_organization",
        /// 开发区管理委员会.
        DevelopmentZone = "development_zone",
    }
);

wire_names!(
    /// Whether an agency still exists.
    AgencyStatus {
        Active = "active",
        Merged = "merged",
        Abolished = "abolished",
    }
);

wire_names!(
    /// How an agency ends.
    SuccessionKind {
        /// 合并: another takes it in.
        Merged = "merged",
        /// 更名重组: another goes on under a new name.
        Renamed = "renamed",
        /// 撤销.
        Abolished = "abolished",
    }
);

impl SuccessionKind {
    /// Whether somebody must take over.
    pub fn needs_successor(self) -> bool {
        self != SuccessionKind::Abolished
    }

    /// What the agency is from then on.
    pub fn status(self) -> AgencyStatus {
        match self {
            SuccessionKind::Merged | SuccessionKind::Renamed => AgencyStatus::Merged,
            SuccessionKind::Abolished => AgencyStatus::Abolished,
        }
    }
}

impl Kind {
    /// Whether a body may hold 规章: only governments, departments and the like from city level up do
    /// (立法法); townships and departments below city level hold none.
    pub fn may_hold_regulations(self, level: Level) -> bool {
        match level {
            Level::National | Level::Provincial => true,
            Level::Municipal => matches!(self, Kind::Government | Kind::GeneralOffice),
            Level::County => matches!(self, Kind::Government | Kind::GeneralOffice),
            Level::Township => false,
        }
    }
}
