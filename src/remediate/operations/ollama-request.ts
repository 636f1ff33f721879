import type { Engines } from '../engines.ts'

type Request = { method: 'GET' | 'POST'; path: string; body?: object }

/** One call of Ollama's API; its error in its own words. */
export async function requestOllama(
  name: string,
  engines: Engines,
  signal: AbortSignal,
  { method, path, body }: Request,
): Promise<unknown> {
  const url = engines.ollama(name)
  if (url === null) throw new Error(`no Ollama is configured under the name ${name}`)
  const response = await fetch(`${url}${path}`, {
    method,
    signal,
    redirect: 'error',
    ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
  })
  const text = await response.text()
  if (response.ok) return JSON.parse(text)
  throw new Error(`Ollama answers ${response.status}: ${errorIn(text)}`)
}

function errorIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: unknown }
    return String(error ?? text).slice(0, 300)
  } catch {
    return text.slice(0, 300)
  }
}
