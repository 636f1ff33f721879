import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { Fault, type Faults } from '../faults.ts'
import { pageSnapshot } from '../page-snapshot.ts'
import type { Outcome } from '../person/context.ts'
import type { People } from '../person/people.ts'
import type { DeclaredShortcut } from '../person/shortcut.ts'
import type { DeclaredCommand } from '../person/slash-command.ts'
import { fileType } from '../shapes.ts'
import type { Workspace } from '../workspace.ts'
import { contentType, readArguments, sendJson } from './body.ts'

export type PageServer = {
  workspace: Workspace
  people: People
  commands: readonly DeclaredCommand[]
  shortcuts: readonly DeclaredShortcut[]
  faults: Faults
  notice: string | null
  hasAssistant: boolean
  connectionCount: () => number
}

const chosen = z.union([z.string(), z.array(z.string()), z.null()])
const values = z.record(z.string(), z.record(z.string(), chosen))
const typed = z.object({
  user: z.string(),
  channel: z.string(),
  text: z.string().min(1).max(40_000),
  thread_ts: z.string().optional(),
})
const action = z.object({
  user: z.string(),
  block_id: z.string(),
  action_id: z.string(),
  chosen: chosen.optional(),
  values: values.optional(),
})
const viewOf = z.object({ user: z.string(), view_id: z.string() })

/** How long "is typing" is believed. */
const typingFor = 4000

const acts: Record<string, (server: PageServer, given: unknown) => Promise<Outcome> | Outcome> = {
  command: ({ people }, given) => people.sendSlashCommand(typed.parse(given)),
  message({ people, workspace }, given) {
    const sent = typed.parse(given)
    workspace.typing = workspace.typing.filter(({ user }) => user !== sent.user)
    people.sendMessage(sent)
    return { ok: true }
  },
  action({ people }, given) {
    const inMessage = action.extend({ channel: z.string(), message_ts: z.string() })
    const inView = action.extend({ view_id: z.string() })
    return people.performAction(z.union([inMessage, inView]).parse(given))
  },
  submit: ({ people }, given) => people.submitView(viewOf.extend({ values }).parse(given)),
  close: ({ people }, given) => people.closeView(viewOf.parse(given)),
  home({ people }, given) {
    people.openHome(z.object({ user: z.string(), tab: z.enum(['home', 'messages']) }).parse(given))
    return { ok: true }
  },
  assistant({ people }, given) {
    people.openAssistant(z.object({ user: z.string(), channel: z.string().optional() }).parse(given))
    return { ok: true }
  },
  shortcut({ people }, given) {
    const message = z.object({ channel: z.string(), ts: z.string() }).optional()
    return people.chooseShortcut(
      z.object({ user: z.string(), callback_id: z.string(), message }).parse(given),
    )
  },
  typing({ workspace }, given) {
    const place = typed.omit({ text: true }).parse(given)
    const others = workspace.typing.filter(({ user }) => user !== place.user)
    workspace.typing = [...others, { ...place, until: workspace.now() + typingFor }]
    workspace.changed()
    setTimeout(workspace.changed, typingFor + 100).unref()
    return { ok: true }
  },
  fault({ faults }, given) {
    faults.provoke(Fault.parse(given))
    return { ok: true }
  },
}

/** Only the page itself may act: another web site would come with an origin of its own, and cannot send JSON unasked. */
function comesFromPage(request: IncomingMessage): boolean {
  const { host, origin } = request.headers
  return origin === `http://${host}` && contentType(request) === 'application/json'
}

async function act(
  server: PageServer,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const perform = acts[url.pathname.slice('/ui/'.length)]
  if (!comesFromPage(request)) {
    sendJson(response, { ok: false, error: 'forbidden' }, 403)
    return
  }
  if (!perform) {
    sendJson(response, { ok: false, error: 'not_found' }, 404)
    return
  }
  try {
    sendJson(response, await perform(server, await readArguments(request, url)))
  } catch (error) {
    // The page asked for something that is not there any more: a message deleted, a modal closed.
    if (!(error instanceof RangeError) && !(error instanceof z.ZodError)) throw error
    sendJson(response, { ok: false, error: error.message }, 400)
  }
}

/** Keeps one page up to date by server-sent events; changes that come together are sent together. */
function follow(server: PageServer, request: IncomingMessage, response: ServerResponse, url: URL): void {
  const { workspace, commands, shortcuts, connectionCount, faults, notice, hasAssistant } = server
  const user = url.searchParams.get('user') ?? ''
  if (!workspace.users.has(user)) {
    sendJson(response, { ok: false, error: 'user_not_found' }, 404)
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  let pending: NodeJS.Timeout | undefined
  const send = () => {
    pending = undefined
    const state = pageSnapshot(workspace, user, {
      commands,
      shortcuts,
      notice,
      hasAssistant,
      connections: connectionCount(),
      faults: faults.waiting(),
    })
    response.write(`data: ${JSON.stringify(state)}\n\n`)
  }
  const stop = workspace.onChange(() => {
    pending ??= setTimeout(send, 20)
  })
  request.on('close', () => {
    stop()
    clearTimeout(pending)
  })
  send()
}

function sendFile({ workspace }: PageServer, response: ServerResponse, id: string): void {
  const file = workspace.files.get(id)
  if (!file?.bytes) {
    sendJson(response, { ok: false, error: 'file_not_found' }, 404)
    return
  }
  const { mimeType, isImage } = fileType(file.name)
  const headers = {
    'content-type': mimeType,
    'x-content-type-options': 'nosniff',
    // Only images are shown in place; anything else is kept, never run.
    'content-disposition': isImage ? 'inline' : 'attachment',
  }
  response.writeHead(200, headers).end(file.bytes)
}

/** Answers the page's own addresses, all under /ui/. */
export async function answerPage(
  server: PageServer,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const [, , first, second = ''] = url.pathname.split('/')
  if (request.method === 'POST') await act(server, request, response, url)
  else if (first === 'events') follow(server, request, response, url)
  else if (first === 'files') sendFile(server, response, second)
  else sendJson(response, { ok: false, error: 'not_found' }, 404)
}
