import { messageOf } from '../collector.ts'
import { textOf } from './body-text.ts'
import type { Answer } from './exchange.ts'
import type { ProbeFailure } from './failure.ts'
import type { Redirect } from './redirects.ts'
import type { ServiceSource } from './source.ts'

/** What is wrong with an answer; null for one that is as expected. */
export function faultOf(
  answer: Answer,
  redirect: Redirect | null,
  { expect, method }: Pick<ServiceSource, 'expect' | 'method'>,
): ProbeFailure | null {
  const { status } = answer
  if (redirect && (redirect.leads === 'in-a-loop' || redirect.leads === 'too-far')) {
    return { kind: 'redirect-loop', reason: `${status} to ${redirect.to}, which leads back again` }
  }
  const isExpected = expect.status === null ? status >= 200 && status < 400 : expect.status.includes(status)
  if (!isExpected) {
    const wanted = expect.status === null ? 'below 400' : expect.status.join(' or ')
    return { kind: 'status', reason: `answered ${status}, expected ${wanted}` }
  }
  if (expect.text === null || method === 'HEAD') return null
  return faultInText(answer, expect.text)
}

function faultInText(answer: Answer, expected: string): ProbeFailure | null {
  try {
    if (textOf(answer).includes(expected)) return null
  } catch (error) {
    return { kind: 'protocol', reason: `its body cannot be unpacked: ${messageOf(error)}` }
  }
  const where = answer.bodyComplete ? 'its answer' : 'the first MiB of its answer'
  return { kind: 'content', reason: `${where} lacks the expected text ${JSON.stringify(expected)}` }
}
