import type autocannon from 'autocannon'
import { z } from 'zod'
import type { LoadTarget, LoadTest } from '../../model/load-test.ts'
import { perSecond, ratio, seconds, timestamp } from '../../model/units.ts'
import type { Engines } from '../engines.ts'
import { operation } from './operation.ts'

/** More than any answer that people wait for. */
const ANSWER_SECONDS = 10

/** More failures are no load test any more: it ends early. */
const failuresAllowed = (rate: number): number => Math.max(20, 2 * rate)

const LoadArguments = z.strictObject({
  service: z.string(),
  url: z.string(),
  rate: z.number().int().min(1),
  seconds: z.number().int().min(1).max(300),
  connections: z.number().int().min(1),
})
type LoadArguments = z.infer<typeof LoadArguments>

/** What config allows now: it may have been made less since the plan was shown. */
function allowed({ service, url, rate, seconds, connections }: LoadArguments, engines: Engines): LoadTarget {
  const target = engines.load?.target(service)
  if (!target) throw new Error(`the configuration has no loadTest for the service ${service}`)
  if (engines.load?.shownUrl(target) !== url) {
    throw new Error(`the configuration has another address for ${service} by now than ${url}`)
  }
  if (rate > target.rate || seconds > target.seconds || connections > target.connections) {
    throw new Error(
      `the configuration allows ${service} at most ${target.rate} requests a second over ${target.connections} connections for ${target.seconds} s`,
    )
  }
  return target
}

/** The load comes from perfbot's own machine. */
export const serviceLoad = operation({
  name: 'service.load',
  argumentsSchema: LoadArguments,
  deadlineSeconds: 360,
  exact: ({ url, rate, seconds: duration, connections }) =>
    `autocannon --connections ${connections} --overallRate ${rate} --duration ${duration} ${url}`,
  async run(args, engines, signal) {
    const target = allowed(args, engines)
    await engines.load?.keep(await load(target, args, signal))
  },
  // What was cut off is not known; to load a service again is nothing that should happen by itself.
  wasDone: async () => null,
})

/** Until it is over, or as far as it has come when the time of the step is up. */
async function shoot(options: autocannon.Options, signal: AbortSignal): Promise<autocannon.Result> {
  // Two hundred modules that nobody waits for who loads nothing.
  const { default: autocannon } = await import('autocannon')
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const instance = autocannon(options, (error, result) => {
      signal.removeEventListener('abort', stop)
      if (error) reject(error)
      else resolve(result)
    })
    const stop = () => instance.stop()
    signal.addEventListener('abort', stop, { once: true })
  })
}

async function load(target: LoadTarget, args: LoadArguments, signal: AbortSignal): Promise<LoadTest> {
  const at = timestamp(new Date())
  const options = {
    url: target.url,
    headers: { ...target.headers },
    // Never more connections than requests a second: autocannon gives each at least one.
    connections: Math.min(args.connections, args.rate),
    overallRate: args.rate,
    duration: args.seconds,
    timeout: ANSWER_SECONDS,
    bailout: failuresAllowed(args.rate),
    // Its correction makes up answers that nobody waited for, shorter than any that came.
    ignoreCoordinatedOmission: true,
  }
  const { latency, requests, errors, non2xx, duration, ...result } = await shoot(options, signal)
  signal.throwIfAborted()
  const ended = requests.total + errors
  if (ended === 0) throw new Error(`not one request to ${args.url} came to an end`)
  const milliseconds = (value: number) => seconds(value / 1000)
  return {
    service: args.service,
    url: args.url,
    at,
    rate: args.rate,
    seconds: seconds(args.seconds),
    connections: args.connections,
    answered: perSecond(result['2xx'] / Math.max(duration, 1)),
    requests: ended,
    failed: ratio((errors + non2xx) / ended),
    p50: milliseconds(latency.p50),
    p97: milliseconds(latency.p97_5),
    p99: milliseconds(latency.p99),
    maximum: milliseconds(latency.max),
    endedEarly: duration < args.seconds - 1,
  }
}
