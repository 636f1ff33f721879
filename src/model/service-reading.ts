import { z } from 'zod'
import { Bytes, Ratio, Seconds, Timestamp } from './units.ts'

/** What kept a probe from its answer, or what was wrong with the answer. */
export const ProbeFailureKind = z.enum([
  'dns',
  'refused',
  'unreachable',
  'timeout',
  'tls',
  'reset',
  'protocol',
  /** Answered with a status that is not the one expected. */
  'status',
  /** Answered without the text that is expected. */
  'content',
  'redirect-loop',
])
export type ProbeFailureKind = z.infer<typeof ProbeFailureKind>

/** What is wrong with a certificate, as a browser would find. */
export const CertificateProblem = z.enum([
  'expired',
  'not-yet-valid',
  'self-signed',
  'unknown-authority',
  'wrong-host',
  'other',
])
export type CertificateProblem = z.infer<typeof CertificateProblem>

export const Certificate = z.object({
  /** Common names, or the whole where there is none. */
  subject: z.string(),
  issuer: z.string(),
  validFrom: Timestamp,
  validUntil: Timestamp,
  /** The names it is for: `DNS:example.org`. */
  names: z.array(z.string()),
  /** Null when it holds for the host. */
  problem: CertificateProblem.nullable(),
  /** TLSv1.3 */
  protocol: z.string().nullable(),
})
export type Certificate = z.infer<typeof Certificate>

/** How one answer was to be cached and was packed. */
export const AnswerHeaders = z.object({
  contentType: z.string().nullable(),
  /** gzip, br, zstd; null is none. */
  contentEncoding: z.string().nullable(),
  cacheControl: z.string().nullable(),
  hasEtag: z.boolean(),
  hasLastModified: z.boolean(),
})
export type AnswerHeaders = z.infer<typeof AnswerHeaders>

/** A script, style sheet or picture of the page, of its own origin. */
export const ServiceAsset = AnswerHeaders.extend({
  path: z.string(),
  status: z.number(),
  /** As it is sent, compressed or not; null where the server does not say. */
  sizeBytes: Bytes.nullable(),
  /** How long a browser may keep it without asking: max-age or Expires; null when nothing says so. */
  freshFor: Seconds.nullable(),
})
export type ServiceAsset = z.infer<typeof ServiceAsset>

/**
 * Of the successful probes: from the request on a ready connection to the end of the answer. A percentile is the
 * smallest time that at least its share of the samples does not exceed (nearest rank), and null for fewer samples
 * than could hold one beyond it: 10 for P90, 20 for P95, 100 for P99.
 */
export const ResponseTimes = z.object({
  mean: Seconds,
  maximum: Seconds,
  p50: Seconds.nullable(),
  p90: Seconds.nullable(),
  p95: Seconds.nullable(),
  p99: Seconds.nullable(),
})
export type ResponseTimes = z.infer<typeof ResponseTimes>

/** One HTTP service, as config names it, and how it answered the probes of this reading and of those before. */
export const ServiceReading = z.object({
  name: z.string(),
  /** Without credentials and without the values of its query. */
  url: z.string(),
  method: z.string(),
  /** The latest probe. */
  latest: z.object({
    at: Timestamp,
    succeeded: z.boolean(),
    /** Null when no answer came. */
    status: z.number().nullable(),
    failure: z.object({ kind: ProbeFailureKind, reason: z.string() }).nullable(),
    responseTime: Seconds.nullable(),
  }),
  /** What the probes of the last `windowSeconds` came to; failed ones have no part in the times. */
  recent: z.object({
    windowSeconds: Seconds,
    samples: z.number(),
    succeeded: z.number(),
    successRatio: Ratio,
    /** Null when none succeeded. */
    responseTimes: ResponseTimes.nullable(),
    statuses: z.array(z.object({ status: z.number(), count: z.number() })),
    failures: z.array(
      z.object({ kind: ProbeFailureKind, count: z.number(), /** Of the latest. */ reason: z.string() }),
    ),
  }),
  /** The same percentile over a longer time, as so few probes do not have it in the short one. Null until enough. */
  tail: z.object({ windowSeconds: Seconds, samples: z.number(), p99: Seconds }).nullable(),
  /** How long the phases of the newest fresh connection took. Null when none was made since the start of perfbot. */
  connection: z
    .object({
      at: Timestamp,
      /** The address that answered. */
      address: z.string().nullable(),
      /** Zero for an address that needs no look-up. */
      lookup: Seconds.nullable(),
      connect: Seconds.nullable(),
      tlsHandshake: Seconds.nullable(),
      /** From the request to the first byte of the answer. */
      firstByte: Seconds.nullable(),
    })
    .nullable(),
  /** Null without TLS, and when no certificate has been seen. */
  certificate: Certificate.nullable(),
  /** Of the newest answer; null before the first. */
  answer: AnswerHeaders.extend({
    httpVersion: z.string(),
    /** As received, of the body; `bodyComplete` is false when it was cut at the bound. */
    bodyBytes: Bytes,
    bodyComplete: z.boolean(),
    /** Whether the connection stays open for the next request. */
    keepsConnection: z.boolean(),
  }).nullable(),
  /** Where a redirect points to, which is not followed; where following it would end. Null without a redirect. */
  redirect: z
    .object({
      to: z.string(),
      leads: z.enum(['to-a-page', 'elsewhere', 'in-a-loop', 'too-far', 'nowhere']).nullable(),
    })
    .nullable(),
  /** Null when not looked at: not a page, switched off, or not yet. Looked at every ten minutes at most. */
  assets: z.object({ readAt: Timestamp, assets: z.array(ServiceAsset) }).nullable(),
  /** What config says P95 should be at most. */
  target: Seconds.nullable(),
})
export type ServiceReading = z.infer<typeof ServiceReading>
