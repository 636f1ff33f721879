import { sharesNetwork } from '../system-paths.ts'
import { kernelFile } from './kernel-file.ts'

/** Those that databases, containers and busy servers feel, by their sysctl names. */
const SETTINGS = [
  'vm.swappiness',
  'vm.overcommit_memory',
  'vm.overcommit_ratio',
  'vm.overcommit_kbytes',
  'vm.dirty_ratio',
  'vm.dirty_bytes',
  'vm.dirty_background_ratio',
  'vm.dirty_background_bytes',
  'vm.dirty_expire_centisecs',
  'vm.dirty_writeback_centisecs',
  'vm.max_map_count',
  'vm.min_free_kbytes',
  'vm.nr_hugepages',
  'vm.nr_overcommit_hugepages',
  'vm.panic_on_oom',
  'vm.vfs_cache_pressure',
  'vm.zone_reclaim_mode',
  'kernel.hung_task_timeout_secs',
  'kernel.numa_balancing',
  'kernel.panic',
  'kernel.panic_on_oops',
  'kernel.pid_max',
  'kernel.sched_autogroup_enabled',
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.threads-max',
  'fs.aio-max-nr',
  'fs.aio-nr',
  'fs.file-max',
  'fs.inotify.max_user_instances',
  'fs.inotify.max_user_watches',
  'fs.nr_open',
] as const

/** Of the network that the reader lives in. */
const NETWORK_SETTINGS = [
  'net.core.default_qdisc',
  'net.core.netdev_max_backlog',
  'net.core.rmem_max',
  'net.core.somaxconn',
  'net.core.wmem_max',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_congestion_control',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_max_syn_backlog',
  'net.ipv4.tcp_slow_start_after_idle',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_tw_reuse',
  'net.netfilter.nf_conntrack_max',
] as const

/** `always [madvise] never`: the one in brackets is chosen. */
const CHOICES = ['transparent_hugepage.enabled', 'transparent_hugepage.defrag'] as const

export function readKernelSettings(procfs: string, sysfs: string): Record<string, string> {
  const names = sharesNetwork(procfs) ? [...SETTINGS, ...NETWORK_SETTINGS] : SETTINGS
  const settings: Record<string, string> = {}
  for (const name of names) {
    const value = kernelFile(`${procfs}/sys/${name.replaceAll('.', '/')}`)
    if (value !== null) settings[name] = value.trim().replace(/\s+/g, ' ')
  }
  for (const name of CHOICES) {
    const chosen = /\[([^\]]+)\]/.exec(kernelFile(`${sysfs}/kernel/mm/${name.replace('.', '/')}`) ?? '')?.[1]
    if (chosen !== undefined) settings[name] = chosen
  }
  return settings
}
