import pg from 'pg'
import { z } from 'zod'
import type { Gap } from '../../model/gap.ts'
import { redact } from '../../model/redact.ts'
import { errorCode, messageOf } from '../collector.ts'
import type { Server } from './server.ts'

/** The time of the reading is used up: the question was not asked. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime'
}

/** What the server answered to one statement: a shutdown (57P) or a lost connection fails as a whole. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof OutOfTime ||
  error instanceof z.ZodError ||
  (error instanceof pg.DatabaseError && !/^(57P|08)/.test(error.code ?? ''))

export function gapOfQuery(error: unknown, missing: string, { name, version, role }: Server): Gap {
  const about = {
    kind: 'failed',
    source: `postgres:${name}`,
    missing: `${missing} of PostgreSQL ${name}`,
  } as const
  if (error instanceof OutOfTime) {
    return {
      ...about,
      reason: 'The time of this collection was used up by what was read before',
      remedy: 'Look for what loads the server, or give more time: collect.deadline in config/perfbot.yaml',
    }
  }
  if (error instanceof z.ZodError) {
    const flaws = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    return {
      ...about,
      reason: `The server answered with something unexpected (${flaws.slice(0, 3).join('; ')})`,
      remedy: `This is not expected of version ${version}: report it with the line above`,
    }
  }
  const reason = redact(messageOf(error))
  switch (errorCode(error)) {
    case '42501':
      return { ...about, reason, remedy: `GRANT pg_monitor TO ${role};` }
    case '57014':
      return {
        ...about,
        reason: 'The server took too long to answer, and was told to stop',
        remedy: 'Look for what loads the server; with very many tables, nothing need be wrong',
      }
    case '55P03':
      return {
        ...about,
        reason: 'What is to be read is locked by another session',
        remedy: 'Nothing, if a table is being changed or rewritten: it is read again when that is done',
      }
    default:
      return {
        ...about,
        reason,
        remedy: `This is not expected of version ${version}: report it with the line above`,
      }
  }
}
