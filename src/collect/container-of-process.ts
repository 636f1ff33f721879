/**
 * The container that a process belongs to, by the lines of its /proc/PID/cgroup: Docker, containerd and Podman name
 * the cgroup by the 64 hexadecimal digits of the container's id. The innermost, for an engine within a container.
 * Null for a process of the host.
 */
export const containerIdOf = (cgroups: string): string | null =>
  cgroups.match(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g)?.at(-1) ?? null
