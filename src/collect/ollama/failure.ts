import { CollectFailure, errorCode, messageOf } from '../collector.ts'
import { DeadlineExceeded } from '../deadline.ts'
import { displayUrl } from './api.ts'

export type OllamaSource = {
  readonly url: string
  readonly configured: boolean
}

export function ollamaFailure(
  error: unknown,
  { url, configured }: OllamaSource,
  signal: AbortSignal,
): unknown {
  if (error instanceof CollectFailure) return error
  const place = displayUrl(url)
  const failed = (reason: string, remedy: string) =>
    new CollectFailure('failed', reason, remedy, { cause: error })
  if (!URL.canParse(url)) {
    return new CollectFailure(
      'failed',
      'The URL of Ollama is not a URL',
      'Write it as http://host:11434 under ollama: in config/perfbot.yaml',
    )
  }
  if (signal.aborted) {
    const limit = signal.reason instanceof DeadlineExceeded ? signal.reason.message : 'was interrupted'
    return failed(
      `Ollama at ${place} ${limit}`,
      'Look at its log: journalctl -u ollama, or docker logs ollama',
    )
  }
  switch (errorCode(error)) {
    case 'ECONNREFUSED':
      return new CollectFailure(
        configured ? 'failed' : 'absent',
        `No Ollama at ${place}`,
        configured
          ? 'Start it (ollama serve), or correct its url under ollama: in config/perfbot.yaml'
          : 'Start Ollama, or name its url under ollama: in config/perfbot.yaml',
        { cause: error },
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return failed(
        `The host name of ${place} cannot be resolved`,
        'Correct the url under ollama: in config/perfbot.yaml; a Docker service name is only known inside its network',
      )
    default:
      return failed(
        `${place} cannot be read: ${reasonOf(error)}`,
        `Try it by hand: curl ${place}/api/version`,
      )
  }
}

/** fetch says only "fetch failed"; what failed is in its cause. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? messageOf(error.cause) : messageOf(error)
