import type { Piece } from './pieces.ts'
import { choose, type Fault, isName, mayBeTrue, replaced, unknownIn } from './planting.ts'
import type { Random } from './random.ts'
import type { Situation } from './situations.ts'

const runs = ({ snapshot }: Situation) => snapshot.containers.filter(({ state }) => state === 'running')

/** "All run" of some, "nothing to do" where there is. */
export const falseWhole: Fault = (_, { snapshot, report }, random) => {
  const isDown = snapshot.containers.some(({ state }) => state !== 'running')
  const isMissed = report.scoreboard.some(({ verdict }) => verdict === 'missed')
  const claims = [
    ...(isDown
      ? [
          'All containers run.',
          'Every container is running.',
          'None of the containers is down.',
          'All of the containers are up and running.',
          'No container is stopped.',
          'Each of the containers runs as it should.',
        ]
      : []),
    ...(isMissed
      ? [
          'All targets are met.',
          'None of the targets is missed.',
          'Every target was met.',
          'No target is missed.',
        ]
      : []),
    ...(report.findings.length > 0
      ? [
          'There are no findings.',
          'Nothing was found.',
          'No problems were found.',
          'Nothing needs to be done.',
          'Everything is fine.',
          'All is well on this machine.',
          'The machine is in good health.',
          'There is nothing to worry about.',
        ]
      : []),
  ]
  return claims.length === 0 ? null : [random.pick(claims)]
}

/** A container that is down is said to be well, or the other way round. */
export const falseState: Fault = (_, situation, random) => {
  const { name, state } = random.pick(situation.snapshot.containers)
  if (situation.report.findings.some(({ target }) => target.name === name) && state === 'running') return null
  const called = random.pick([name, `\`${name}\``, `Container ${name}`, `The ${name} container`])
  return [
    `${called} ${random.pick(
      state === 'running'
        ? [
            'has stopped.',
            'is offline.',
            'crashed.',
            'is unhealthy.',
            'does not run.',
            'has exited.',
            'is not running.',
          ]
        : [
            'is up.',
            'runs normally.',
            'is healthy again.',
            'works fine.',
            'is up and running.',
            'is stable.',
          ],
    )}`,
  ]
}

/** Something is said to have changed of which no earlier reading is known. */
export const falseTrend: Fault = (_, situation, random) => {
  const running = runs(situation)
  if (
    running.length === 0 ||
    /ris(?:e|en|ing)|grow|doubl|increas|fall|drop/i.test(JSON.stringify(situation.report))
  )
    return null
  const { name } = random.pick(running)
  return [
    random.pick([
      `The memory of ${name} has doubled since yesterday.`,
      `${name} uses more and more memory, and keeps growing.`,
      `The memory use of \`${name}\` is rising.`,
      `${name} needs twice as much memory as a week ago.`,
      `Memory use of ${name} went up sharply.`,
      `${name} has become slower over the last days.`,
      `The CPU use of ${name} dropped during the night.`,
    ]),
  ]
}

/** A time or a length of time that nobody read. */
export const inventedTime: Fault = (_, situation, random) => {
  const { snapshot } = situation
  const { name, startedAt, finishedAt } = random.pick(snapshot.containers)
  const hours = random.integer(3, 90)
  const isNear = (instant: string | null) =>
    instant !== null &&
    Math.abs((Date.parse(snapshot.takenAt) - Date.parse(instant)) / 3_600_000 / hours - 1) < 0.3
  if ([startedAt, finishedAt].some(isNear) || mayBeTrue(hours * 3600, situation)) return null
  const clock = `${String(random.integer(0, 23)).padStart(2, '0')}:${random.integer(10, 59)}`
  if (!unknownIn(clock, situation)) return null
  return [
    random.pick([
      `${name} went down at ${clock}.`,
      `${name} has been in this state for ${hours} hours.`,
      `This began ${hours} hours ago.`,
      `At ${clock} the trouble with ${name} began.`,
      `${name} was last seen well ${hours} hours ago.`,
      `Since ${clock} UTC nothing works on ${name}.`,
    ]),
  ]
}

/** Versions, ports, addresses, paths, users. */
export const inventedDetail: Fault = (_, situation, random) => {
  const { name } = random.pick(situation.snapshot.containers)
  const port = random.integer(2000, 9999)
  const [detail, sentence] = random.pick<[string, string]>([
    [String(port), `${name} listens on port ${port}.`],
    ['10.0.0.7', `${name} cannot reach 10.0.0.7.`],
    ['14.2', 'PostgreSQL 14.2 is out of date.'],
    ['/etc/nginx/conf.d', `The file /etc/nginx/conf.d of ${name} is wrong.`],
    ['deploy', `The user deploy started ${name}.`],
    ['v2.3.1', `${name} runs version v2.3.1.`],
    ['https://', `See https://docs.example.com/${name} for the fix.`],
    ['SIGKILL', `${name} was ended with SIGKILL.`],
    ['eth0', `The interface eth0 of ${name} loses packets.`],
    ['CVE', `${name} is open to CVE-2026-1234.`],
    ['ops@', `Write to ops@example.com about ${name}.`],
    ['sda', `The disk sda is failing.`],
  ])
  return unknownIn(detail, situation) ? [sentence] : null
}

/** What is said to follow from a problem, and no finding says. */
export const inventedConsequence: Fault = (_, situation, random) => {
  if (situation.report.findings.length === 0) return null
  const { target } = random.pick(situation.report.findings)
  const [word, sentence] = random.pick<[string, string]>([
    ['customer', `Customers can no longer pay because of ${target.name}.`],
    ['data loss', `The state of ${target.name} leads to data loss.`],
    ['stolen', `Passwords were stolen from ${target.name}.`],
    ['backup', `Because of ${target.name} the backups are incomplete.`],
    ['revenue', `Revenue is lost while ${target.name} is in this state.`],
    ['corrupt', `The files of ${target.name} are corrupt.`],
    ['email', `Emails are delayed because of ${target.name}.`],
    ['mobile', `The mobile app fails because of ${target.name}.`],
    ['invoice', `No invoices are sent because of ${target.name}.`],
    ['video', `${target.name} makes the videos stutter.`],
  ])
  return unknownIn(word, situation) ? [sentence] : null
}

/** A fix with an amount that no fix has. */
export const inventedAdvice: Fault = (_, situation, random) => {
  const { name } = random.pick(situation.snapshot.containers)
  const [amount, value] = random.pick<[string, number]>([
    [`${random.integer(3, 90)} GiB`, 0],
    [`${random.integer(100, 900)} MiB`, 0],
  ])
  const size = Number.parseInt(amount, 10) * (amount.endsWith('GiB') ? 1024 ** 3 : 1024 ** 2) + value
  if (mayBeTrue(size, situation)) return null
  return [
    random.pick([
      `Raise the memory limit of ${name} to ${amount}.`,
      `Give ${name} ${amount} of memory.`,
      `Set a memory limit of ${amount} for \`${name}\`.`,
      `Add ${amount} of memory to the machine.`,
      `${name} should be allowed ${amount}.`,
    ]),
  ]
}

/** A true reading with "not" before it. */
export const deniedReading: Fault = ({ pieces, how }, _, random) => {
  if (how === 'cause' || how === 'counts' || how === 'quoted' || how === 'states') return null
  const verbs = new Map([
    [' uses ', ' does not use '],
    [' has ', ' does not have '],
    [' takes ', ' does not take '],
    [' is at ', ' is not at '],
    [' holds ', ' does not hold '],
    [' draws ', ' does not draw '],
  ])
  const denied = pieces.flatMap((piece, index) => {
    const verb =
      typeof piece === 'string' ? [...verbs.keys()].find((each) => piece.startsWith(each)) : undefined
    return verb === undefined ? [] : { index, verb }
  })
  if (denied.length === 0) return null
  const { index, verb } = random.pick(denied)
  return pieces.map(
    (piece, at): Piece => (at === index ? (piece as string).replace(verb, verbs.get(verb) as string) : piece),
  )
}

const STRANGERS = [
  'checkout',
  'ledger',
  'vault',
  'session-store',
  'warehouse',
  'billing-cron',
  'analytics',
  'proxy2',
]

/** An invented container in whatever place of a sentence. */
export const strangerAmongContainers: Fault = (sentence, situation, random: Random) => {
  const { name } = random.pick(situation.snapshot.containers)
  const stranger = random.pick(STRANGERS)
  if (!unknownIn(stranger, situation)) return null
  const piece = choose(sentence.pieces, isName, random)
  if (piece && random.chance(0.4)) return replaced(sentence.pieces, piece, stranger)
  return [
    random.pick([
      `${name} waits for ${stranger}.`,
      `Both ${name} and ${stranger} are in trouble.`,
      `The logs of ${name} speak of ${stranger}.`,
      `Look at ${stranger} first.`,
      `Without ${stranger}, ${name} cannot work.`,
      `${name} depends on ${stranger}.`,
      `${stranger.charAt(0).toUpperCase()}${stranger.slice(1)} is the real problem.`,
    ]),
  ]
}
