import { z } from 'zod'
import { Duration, duration, Name } from './words.ts'

const Status = z.number().int().min(100).max(599)

export const Service = z
  .strictObject({
    name: Name,
    url: z.url({ protocol: /^https?$/, error: 'must be an address such as https://app.example.org/health' }),
    method: z.enum(['GET', 'HEAD']).default('GET'),
    headers: z.record(z.string().regex(/^[\w-]+$/, 'must be the name of a header'), z.string()).default({}),
    expect: z
      .strictObject({
        status: z.union([Status.transform((status) => [status]), z.array(Status).min(1)]).optional(),
        text: z.string().min(1).optional(),
      })
      .prefault({}),
    target: Duration.optional(),
    timeout: duration('5s'),
    probes: z.number().int().min(1).max(50).default(5),
    assets: z.boolean().default(true),
    verifyCertificate: z.boolean().default(true),
    ca: z.string().min(1).optional(),
    /** How far it may be loaded, once somebody has approved it; not at all without it. */
    loadTest: z
      .strictObject({
        rate: z.number().int().min(1).max(10_000).default(10),
        duration: duration('10s').refine((value) => value >= 1 && value <= 300, 'must be 1s to 5min'),
        connections: z.number().int().min(1).max(500).default(5),
      })
      .optional(),
  })
  .refine(({ method, expect }) => method === 'GET' || expect.text === undefined, {
    path: ['expect', 'text'],
    error: 'needs method GET: an answer to HEAD has no text',
  })
  .transform(({ target, ca, expect, ...service }) => ({
    ...service,
    expect: { status: expect.status ?? null, text: expect.text ?? null },
    target: target ?? null,
    ca: ca ?? null,
  }))

export const TlsFiles = z.strictObject({
  ca: z.string().min(1),
  cert: z.string().min(1),
  key: z.string().min(1),
})

export const DockerEntry = z
  .strictObject({
    name: Name,
    socket: z.string().min(1).optional(),
    url: z.url({ protocol: /^(tcp|ssh)$/, error: 'must be tcp://host:2376 or ssh://user@host' }).optional(),
    tls: TlsFiles.optional(),
  })
  .refine(({ socket, url }) => (socket === undefined) !== (url === undefined), {
    error: 'needs either socket: (a path of this machine) or url: (tcp:// or ssh://)',
  })
  .refine(({ url, tls }) => !tls || url?.startsWith('tcp://'), {
    path: ['tls'],
    error: 'goes with a url: tcp://… only',
  })
