/**
 * Where the machine's own file systems are: perfbot in a container sees the host's under another path, as
 * node_exporter does by --path.procfs, --path.sysfs and --path.rootfs.
 */
export type SystemPaths = { readonly procfs: string; readonly sysfs: string; readonly rootfs: string }

export const OWN_SYSTEM: SystemPaths = { procfs: '/proc', sysfs: '/sys', rootfs: '/' }
