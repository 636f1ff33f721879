import { ModelFailure, ServerFailure } from '../model-failure.ts'
import { addressOf } from './client.ts'
import { type Fit, fitOf } from './fit.ts'
import type { Installed, Resident, Seen, Shown } from './look.ts'
import { freeVramBytes, isBusy } from './room.ts'
import type { Serving } from './serving.ts'

export type ChosenModel = {
  readonly seen: Seen
  readonly name: string
  readonly thinks: boolean
  readonly callsTools: boolean
  /** Sent with each request: never another size than it is in memory with. */
  readonly contextTokens: number
  /** As Ollama's `keep_alive`; null where nothing may be said. */
  readonly keepAlive: number | null
  readonly isResident: boolean
  /** All GPUs there are busy: whoever writes should be brief. */
  readonly isBusy: boolean
  /** Why this one, for people. */
  readonly why: string
}

type Fitting = Exclude<Fit, { kind: 'not' }>

type Candidate = {
  readonly seen: Seen
  readonly model: Installed
  readonly resident: Resident | null
  /** Its place in the order of config. */
  readonly rank: number
}

/**
 * The first model in the order of config that can be had without taking memory from another one; of several servers
 * that have it, one where it is in memory, and else the one with most free memory and the shortest queue.
 */
export async function choose(
  servers: readonly Seen[],
  serving: Serving,
  shown: (seen: Seen, name: string) => Promise<Shown>,
): Promise<ChosenModel> {
  const passedOver: string[] = []
  let failure: ServerFailure | null = null
  let lastResort: { candidate: Candidate; details: Shown; fit: Fitting } | null = null
  for (const candidate of candidatesOf(servers, serving)) {
    const { seen, model, resident } = candidate
    let details: Shown
    try {
      details = await shown(seen, model.name)
    } catch (error) {
      if (!(error instanceof ServerFailure)) throw error
      failure ??= error
      continue
    }
    if (!serving.allowRemoteModels && isRemote({ ...details, name: model.name })) continue
    const fit = fitOf({ model, resident, others: othersOf(candidate), details, room: seen.room }, serving)
    if (fit.kind === 'fits') return chosen(candidate, details, fit, passedOver, serving)
    if (fit.kind === 'tight') lastResort ??= { candidate, details, fit }
    else passedOver.push(`${model.name} at ${addressOf(seen.server.url)} was passed over: ${fit.why}`)
  }
  if (lastResort) {
    const { candidate, details, fit } = lastResort
    return chosen(candidate, details, fit, passedOver, serving)
  }
  if (failure) throw failure
  if (passedOver.length > 0) throw noneFits(passedOver)
  throw noneUsable(servers, serving)
}

function candidatesOf(servers: readonly Seen[], { models, allowRemoteModels }: Serving): Candidate[] {
  const all = servers.flatMap((seen) =>
    seen.installed
      .filter((model) => canWrite(model) && (allowRemoteModels || !isRemote(model)))
      .map((model): Candidate => {
        const rank = models.findIndex((wished) => sameModel(model.name, wished))
        const resident = seen.resident.find(({ name }) => name === model.name) ?? null
        return { seen, model, resident, rank: rank < 0 ? models.length : rank }
      }),
  )
  const free = ({ seen }: Candidate) => freeVramBytes(seen.room) ?? 0
  return all.toSorted(
    (left, right) =>
      left.rank - right.rank ||
      Number(right.resident !== null) - Number(left.resident !== null) ||
      free(right) - free(left) ||
      left.seen.server.turns.waiting() - right.seen.server.turns.waiting(),
  )
}

const othersOf = ({ seen, model }: Candidate): Resident[] =>
  seen.resident.filter(({ name }) => name !== model.name)

function chosen(
  { seen, model, resident }: Candidate,
  { capabilities }: Shown,
  { contextTokens, why }: Fitting,
  passedOver: readonly string[],
  { keepAliveSeconds }: Serving,
): ChosenModel {
  return {
    seen,
    name: model.name,
    thinks: capabilities?.includes('thinking') ?? false,
    callsTools: capabilities?.includes('tools') ?? false,
    contextTokens,
    keepAlive: isRemote(model) ? null : keepAliveOf(resident, keepAliveSeconds),
    isResident: resident !== null,
    isBusy: isBusy(seen.room),
    why: [...passedOver, `${model.name} at ${addressOf(seen.server.url)}: ${why}`].join('. '),
  }
}

/** Further away than this is for ever. */
const FOR_EVER_SECONDS = 365 * 86_400
const STAYS = -1

/**
 * Each request sets anew how long its model stays. One that was there stays at least as long as it would have without
 * us; where nobody says how long that is, saying nothing is the least harm.
 */
function keepAliveOf(resident: Resident | null, own: number): number | null {
  if (!resident) return own
  const left = (Date.parse(resident.expires_at ?? '') - Date.now()) / 1000
  if (Number.isNaN(left)) return null
  return left > FOR_EVER_SECONDS ? STAYS : Math.max(Math.ceil(left), own)
}

/** Run by somebody else: the prompt would leave the machine. */
const isRemote = ({
  name,
  remote_model,
  remote_host,
}: Pick<Installed, 'name' | 'remote_model' | 'remote_host'>) =>
  Boolean(remote_model) || Boolean(remote_host) || /[:-]cloud$/.test(name)

function canWrite({ name, capabilities, details }: Installed): boolean {
  if (capabilities && capabilities.length > 0) return capabilities.includes('completion')
  return !/embed|minilm|bge-|rerank/i.test(name) && !/bert/i.test(details?.family ?? '')
}

/** Ollama's `qwen3` is `qwen3:latest`. */
const sameModel = (installed: string, wished: string): boolean =>
  installed === wished || installed === `${wished}:latest`

const noneFits = (passedOver: readonly string[]): ModelFailure =>
  new ModelFailure(
    `No model can be had without harm to another: ${passedOver.join('. ')}. Name a smaller one under ollama.models, or allow it: ollama.mayEvict.`,
  )

function noneUsable(servers: readonly Seen[], wish: Serving): ModelFailure {
  const example = wish.models[0] ?? 'qwen3:8b'
  const remote = servers.flatMap(({ installed }) => installed.filter(isRemote).map(({ name }) => name))
  const why =
    remote.length > 0 && !wish.allowRemoteModels
      ? `has no local model that can write; ${remote.join(', ')} would send the report to somebody else`
      : 'has no model that can write'
  const where = servers.map(({ server }) => addressOf(server.url)).join(', ')
  return new ModelFailure(`Ollama at ${where} ${why}. Install one: ollama pull ${example}.`)
}
