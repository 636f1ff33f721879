import { readFile, stat } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { digestOf } from '../../model/identity.ts'
import { redact } from '../../model/redact.ts'
import type { InspectedContainer, Look } from '../look.ts'
import { COMPOSE_LABELS } from '../operations/compose.ts'
import { restartPolicyText } from '../operations/container-update.ts'
import { live } from './live.ts'
import { type Figure, number, type Reading, text } from './reading.ts'

const optional = (value: string | undefined | null): Figure | null => (value ? text(value) : null)

const ofContainer =
  (read: (container: InspectedContainer, look: Look) => Figure | null | Promise<Figure | null>) =>
  async (look: Look): Promise<Figure | null> => {
    const container = await look.container()
    return container && read(container, look)
  }

const NANO = 1e9

const label = (name: keyof typeof COMPOSE_LABELS) =>
  ofContainer(({ Config }) => optional(Config.Labels[COMPOSE_LABELS[name]]))

/** A secret is told apart from another by a few digits of its hash, and never shown. */
function shownValue(variable: string, value: string): string {
  const shown = redact(`${variable}=${value}`)
  return shown === `${variable}=${value}` ? value : `*** (${digestOf(value).slice(0, 8)})`
}

const variableIn = (entries: readonly string[], variable: string): Figure | null => {
  const entry = entries.find((each) => each.startsWith(`${variable}=`))
  return entry === undefined ? null : text(shownValue(variable, entry.slice(variable.length + 1)))
}

const Seconds = (nanoseconds: number | undefined) => `${(nanoseconds ?? 0) / 1e9}s`

const Override = z.looseObject({
  services: z
    .record(
      z.string(),
      z.looseObject({
        environment: z
          .union([
            z.array(z.string()),
            z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
          ])
          .optional(),
      }),
    )
    .optional(),
})

/** What the override file beside the compose file gives the service; null without one. */
async function overrideVariable(look: Look, variable: string): Promise<Figure | null> {
  const container = await look.container()
  const directory = container?.Config.Labels[COMPOSE_LABELS.directory]
  const service = container?.Config.Labels[COMPOSE_LABELS.service]
  if (!directory || !service) return null
  try {
    const file = Override.parse(parse(await readFile(join(directory, 'docker-compose.override.yml'), 'utf8')))
    const environment = file.services?.[service]?.environment ?? {}
    const entries = Array.isArray(environment)
      ? environment
      : Object.entries(environment).map(([name, value]) => `${name}=${value}`)
    return variableIn(entries, variable)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

export const CONTAINER_SETTING_READINGS: readonly Reading[] = [
  live('container.cpu-limit', 'container', {
    unit: 'cores',
    label: 'CPU limit',
    source: 'docker inspect HostConfig.NanoCpus',
    look: ofContainer(({ HostConfig }) =>
      HostConfig.NanoCpus ? number(HostConfig.NanoCpus / NANO, 'cores') : null,
    ),
  }),
  live('container.cpu-ceiling', 'container', {
    unit: 'cores',
    label: 'CPU limit, or the CPUs of the machine without one,',
    source: 'docker inspect HostConfig.NanoCpus, /proc/cpuinfo',
    look: ofContainer(({ HostConfig }) =>
      number(HostConfig.NanoCpus ? HostConfig.NanoCpus / NANO : cpus().length, 'cores'),
    ),
  }),
  live('container.restart-policy', 'container', {
    unit: 'text',
    label: 'restart policy',
    source: 'docker inspect HostConfig.RestartPolicy',
    look: ofContainer(({ HostConfig }) => text(restartPolicyText(HostConfig.RestartPolicy))),
  }),
  live('container.health', 'container', {
    unit: 'text',
    label: 'health',
    source: 'docker inspect State.Health.Status',
    look: ofContainer(({ State }) => text(State.Health?.Status ?? 'no healthcheck')),
  }),
  live('container.healthcheck', 'container', {
    unit: 'text',
    label: 'healthcheck',
    source: 'docker inspect Config.Healthcheck',
    look: ofContainer(({ Config }) => {
      const { Test, Interval, Timeout, Retries } = Config.Healthcheck ?? {}
      if (!Test || Test[0] === 'NONE') return text('none')
      return text(
        `${Test.slice(1).join(' ')} every ${Seconds(Interval)}, within ${Seconds(Timeout)}, ${Retries ?? 3} times`,
      )
    }),
  }),
  live('container.log-rotation', 'container', {
    unit: 'text',
    label: 'log rotation',
    source: 'docker inspect HostConfig.LogConfig',
    look: ofContainer(({ HostConfig }) => {
      const { Type, Config } = HostConfig.LogConfig ?? {}
      const size = Config?.['max-size']
      return text(size ? `${Type} ${size} × ${Config?.['max-file'] ?? 1}` : `${Type}, unbounded`)
    }),
  }),
  live('container.log-path', 'container', {
    unit: 'text',
    label: 'log file',
    source: 'docker inspect LogPath',
    look: ofContainer(({ LogPath }) => optional(LogPath)),
  }),
  live('container.log-size', 'container', {
    unit: 'bytes',
    label: 'size of the log',
    source: 'the log file itself',
    look: ofContainer(async ({ LogPath }) => {
      if (!LogPath) return null
      try {
        return number((await stat(LogPath)).size, 'bytes')
      } catch {
        // Another machine's file, or one that this user may not see.
        return null
      }
    }),
  }),
  live('container.environment', 'container', {
    needs: ['variable'],
    unit: 'text',
    label: 'value of {variable}',
    source: 'docker inspect Config.Env {variable}',
    look: async (look, { variable }) => {
      const container = await look.container()
      return container && variableIn(container.Config.Env ?? [], String(variable))
    },
  }),
  live('container.image-id', 'container', {
    unit: 'text',
    label: 'image',
    source: 'docker inspect Image',
    look: ofContainer(({ Image }) => text(Image)),
  }),
  live('compose.directory', 'container', {
    unit: 'text',
    label: 'folder of its compose project',
    source: `label ${COMPOSE_LABELS.directory}`,
    look: label('directory'),
  }),
  live('compose.project', 'container', {
    unit: 'text',
    label: 'compose project',
    source: `label ${COMPOSE_LABELS.project}`,
    look: label('project'),
  }),
  live('compose.service', 'container', {
    unit: 'text',
    label: 'compose service',
    source: `label ${COMPOSE_LABELS.service}`,
    look: label('service'),
  }),
  live('compose.override', 'container', {
    needs: ['variable'],
    unit: 'text',
    label: 'value of {variable} in the override file',
    source: 'docker-compose.override.yml {variable}',
    look: (look, { variable }) => overrideVariable(look, String(variable)),
  }),
]
