//! What a reader's process takes away from itself before it looks at a byte: memory, time, files, network,
//! other processes. What the kernel does not have is told and done without.

use rlimit::Resource;

/// Address space: the largest document that is let in needs a tenth of it.
const MEMORY_BYTES: u64 = 1 << 30;
const CPU_SECONDS: u64 = 5;
const FILES: u64 = 16;

/// Confines this process for good; names what could not be had.
pub fn confine() -> std::io::Result<Vec<String>> {
    for (resource, most, hardest) in [
        (Resource::AS, MEMORY_BYTES, MEMORY_BYTES),
        // The first ends it with a signal that tells why.
        (Resource::CPU, CPU_SECONDS, CPU_SECONDS + 1),
        (Resource::NOFILE, FILES, FILES),
        (Resource::FSIZE, 0, 0),
        (Resource::CORE, 0, 0),
    ] {
        resource.set(most, hardest)?;
    }
    Ok(kernel::confine())
}

#[cfg(not(target_os = "linux"))]
mod kernel {
    pub fn confine() -> Vec<String> {
        vec!["landlock".to_owned(), "seccomp".to_owned()]
    }
}

#[cfg(target_os = "linux")]
mod kernel {
    use landlock::{
        ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetError, RulesetStatus, Scope,
    };
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
    use std::collections::BTreeMap;

    pub fn confine() -> Vec<String> {
        let mut missing = Vec::new();
        if !matches!(landlock(), Ok(RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced)) {
            missing.push("landlock".to_owned());
        }
        if seccomp().is_err() {
            missing.push("seccomp".to_owned());
        }
        missing
    }

    /// No file and no port: every right is handled and none given.
    fn landlock() -> Result<RulesetStatus, RulesetError> {
        let ruleset = Ruleset::default()
            .handle_access(AccessFs::from_all(ABI::V6))?
            .handle_access(AccessNet::from_all(ABI::V6))?
            .scope(Scope::from_all(ABI::V6))?
            .create()?;
        Ok(ruleset.restrict_self()?.ruleset)
    }

    fn seccomp() -> Result<(), Box<dyn std::error::Error>> {
        let denied = DENIED.iter().chain(OLD).map(|call| (*call, Vec::new()));
        let filter = SeccompFilter::new(
            denied.collect::<BTreeMap<_, _>>(),
            SeccompAction::Allow,
            SeccompAction::Errno(libc::EPERM.unsigned_abs()),
            std::env::consts::ARCH.try_into()?,
        )?;
        let program: BpfProgram = filter.try_into()?;
        Ok(seccompiler::apply_filter(&program)?)
    }

    /// What no reader ever calls: network, programs, processes, files by name, and the kernel's own doors.
    const DENIED: &[libc::c_long] = &[
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_sendto,
        libc::SYS_sendmsg,
        libc::SYS_sendmmsg,
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_clone,
        libc::SYS_clone3,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_kill,
        libc::SYS_tkill,
        libc::SYS_pidfd_open,
        libc::SYS_pidfd_getfd,
        libc::SYS_openat,
        libc::SYS_openat2,
        libc::SYS_open_by_handle_at,
        libc::SYS_mkdirat,
        libc::SYS_mknodat,
        libc::SYS_unlinkat,
        libc::SYS_linkat,
        libc::SYS_symlinkat,
        libc::SYS_renameat2,
        libc::SYS_fchmodat,
        libc::SYS_fchownat,
        libc::SYS_truncate,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_chroot,
        libc::SYS_pivot_root,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_io_uring_setup,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_userfaultfd,
        libc::SYS_memfd_create,
        libc::SYS_init_module,
        libc::SYS_finit_module,
        libc::SYS_delete_module,
        libc::SYS_kexec_load,
        libc::SYS_reboot,
    ];

    /// The same by the names that newer architectures never had.
    #[cfg(target_arch = "x86_64")]
    const OLD: &[libc::c_long] = &[
        libc::SYS_fork,
        libc::SYS_vfork,
        libc::SYS_open,
        libc::SYS_creat,
        libc::SYS_mkdir,
        libc::SYS_mknod,
        libc::SYS_unlink,
        libc::SYS_rmdir,
        libc::SYS_link,
        libc::SYS_symlink,
        libc::SYS_rename,
        libc::SYS_renameat,
        libc::SYS_chmod,
        libc::SYS_chown,
    ];
    #[cfg(not(target_arch = "x86_64"))]
    const OLD: &[libc::c_long] = &[];
}
