import type Dockerode from 'dockerode'
import type { LoadTarget, LoadTest } from '../model/load-test.ts'

/** What operations act on and readings look at, by the names that config gives. */
export type Engines = {
  dockerNames(): readonly string[]
  docker(name: string): Dockerode | null
  /** A connection URL. */
  postgres(name: string): string | null
  redis(name: string): RedisAddress | null
  /** The address of its API. */
  ollama(name: string): string | null
  /** What of the machine itself may be changed; null when it is another machine's turn. */
  machine: Machine
  /** Services that may be loaded; none where config names none. */
  load?: Load
}

export type Load = {
  /** Null for a service that config does not name. */
  target(service: string): LoadTarget | null
  /** Its address as it may be shown and written down. */
  shownUrl(target: LoadTarget): string
  keep(test: LoadTest): Promise<void>
  /** Oldest first. */
  results(service: string): Promise<LoadTest[]>
}

/** A connection URL, and for `rediss://` the file with the certificates of a private authority. */
export type RedisAddress = { readonly url: string; readonly ca: string | null }

export type Machine = {
  /** Where the kernel shows its settings: `/proc/sys`. */
  readonly sysctlRoot: string
  /** Where they are kept over a start: `/etc/sysctl.d`. */
  readonly sysctlDirectory: string
  /** Programs that a step may start, by their short names: the whole path of each. */
  readonly programs: Readonly<Record<string, string>>
}

/** As Debian and its kin have them. */
export const OWN_MACHINE: Machine = {
  sysctlRoot: '/proc/sys',
  sysctlDirectory: '/etc/sysctl.d',
  programs: { 'nvidia-smi': '/usr/bin/nvidia-smi', 'docker-compose': '/usr/bin/docker-compose' },
}
