import { z } from 'zod'

export const TargetKind = z.enum(['host', 'container', 'gpu', 'postgres', 'redis', 'service', 'ollama'])
export type TargetKind = z.infer<typeof TargetKind>

/** What a finding is about and a fix acts on. `host` is the named host whose snapshot it stood in. */
export const Target = z.object({
  kind: TargetKind,
  host: z.string(),
  name: z.string(),
})
export type Target = z.infer<typeof Target>

/** "container api", "PostgreSQL main", "host web-1". */
export function describeTarget(target: Target): string {
  const nouns: Record<TargetKind, string> = {
    host: 'host',
    container: 'container',
    gpu: 'GPU',
    postgres: 'PostgreSQL',
    redis: 'Redis',
    service: 'service',
    ollama: 'Ollama',
  }
  return `${nouns[target.kind]} ${target.name}`
}
