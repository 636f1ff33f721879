import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { PageFile } from './build-page.ts'
import { createFaults, type Fault } from './faults.ts'
import { answerApi, answerResponseUrl, answerUpload } from './http/api.ts'
import { sendJson } from './http/body.ts'
import { createPageKey } from './http/page-key.ts'
import { answerPage } from './http/ui.ts'
import type { Outcome } from './person/context.ts'
import { sendEvent } from './person/event.ts'
import { createPeople, type People } from './person/people.ts'
import { type DeclaredShortcut, perfShortcuts } from './person/shortcut.ts'
import { type DeclaredCommand, perfCommand } from './person/slash-command.ts'
import { createResponseUrls } from './response-url.ts'
import { grantedScopes, type ScopeChanges } from './scopes.ts'
import { messageShape } from './shapes.ts'
import { createSocketMode, type DisconnectReason } from './socket-mode.ts'
import { createTriggers } from './triggers.ts'
import {
  type AssistantThread,
  type Channel,
  createWorkspace,
  directMessageWith,
  founder,
  type Message,
  type NewWorkspace,
  type Person,
  type View,
} from './workspace.ts'

export type PlaygroundOptions = NewWorkspace &
  ScopeChanges & {
    /** 0, the default, takes any free port. */
    port?: number
    host?: '127.0.0.1' | 'localhost' | '::1'
    /** Whether to build and serve the page; tests of the server do without. */
    page?: boolean
    /** What the page says over everything about what it shows. */
    notice?: string
    /** Who sits at the page. */
    pageUserId?: string
    /** The slash commands that the app's manifest declares. */
    commands?: readonly DeclaredCommand[]
    shortcuts?: readonly DeclaredShortcut[]
    /** Slack's own clocks, in milliseconds, for tests that will not wait so long. */
    timing?: { acknowledgeWithin?: number; triggerLifetime?: number; pingEvery?: number }
  }

export type Playground = People & {
  /** Where the page is. */
  url: string
  slackApiUrl: string
  botToken: string
  appToken: string
  botUserId: string
  teamId: string
  appId: string
  users: readonly Person[]
  channels: readonly Channel[]
  channelNamed: (name: string) => Channel
  directMessageWith: (user: string) => Channel
  clickButton: (pressed: {
    user: string
    channel: string
    message_ts: string
    action_id: string
    block_id?: string
  }) => Promise<Outcome>
  /** What everybody in a conversation sees, oldest first, threads included. */
  messages: (channel: string) => readonly Message[]
  /** What only this person sees there. */
  ephemeral: (channel: string, user: string) => readonly Message[]
  /** A person's open modals, the topmost last. */
  views: (user: string) => readonly View[]
  home: (user: string) => View | undefined
  /** What the assistant's pane shows of a thread, beside its messages. */
  assistantThread: (root: Pick<Message, 'channel' | 'ts'>) => AssistantThread | undefined
  /** Resolves with what `find` finds, looking again at every change; rejects when `within` milliseconds have passed. */
  until: <Found>(find: () => Found | undefined | false, within?: number) => Promise<Found>
  /** Makes something go wrong: now, or with what comes next. */
  fault: (fault: Fault) => void
  /** Answers calls with 429 `ratelimited` for a while. */
  rateLimit: (limit: { method?: string; retryAfterSeconds: number; times: number }) => void
  /** Sends every Socket Mode connection a `disconnect`; `close` also ends them. */
  disconnect: (reason: DisconnectReason, close?: boolean) => void
  connectionCount: () => number
  /** Takes the bot's token back, and tells the app, as an administrator's click does. */
  revokeToken: () => void
  /** Puts a conversation away, or takes it out again. */
  archive: (channel: string, isArchived?: boolean) => void
  /** A message as the API would show it. */
  shapeOf: (message: Message) => Record<string, unknown>
  close: () => Promise<void>
}

const pageHeaders = {
  // The page needs itself and nothing else, so nothing that an app posts can make it call out.
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

/** Starts a local Slack: one workspace with one app, perfbot, and perhaps a page to look at it. */
export async function startPlayground(options: PlaygroundOptions = {}): Promise<Playground> {
  const bindHost = options.host ?? '127.0.0.1'
  const commands = options.commands ?? [perfCommand]
  const workspace = createWorkspace(options)
  const scopes = grantedScopes(options)
  const timing = { acknowledgeWithin: 3000, triggerLifetime: 3000, pingEvery: 10_000, ...options.timing }
  const triggers = createTriggers(workspace.now, timing.triggerLifetime)
  const responseUrls = createResponseUrls(workspace)
  const socketMode = createSocketMode(workspace.appId, timing, workspace.changed)
  const faults = createFaults(socketMode, workspace.changed)
  // vite is only loaded where there is a page to build.
  const pageFiles: Map<string, PageFile> = options.page
    ? await (await import('./build-page.ts')).buildPage()
    : new Map()
  const pageKey = createPageKey()
  let host = ''

  const person = {
    workspace,
    socketMode,
    triggers,
    responseUrls,
    scopes,
    isTwofold: faults.ofEvent,
    origin: () => `http://${host}`,
  }
  const people = createPeople(person, commands, options.shortcuts ?? perfShortcuts)
  const pageServer = {
    workspace,
    people,
    commands,
    shortcuts: options.shortcuts ?? perfShortcuts,
    faults,
    notice: options.notice ?? null,
    hasAssistant: scopes.has('assistant:write'),
    connectionCount: socketMode.connectionCount,
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A name that was made to point here (DNS rebinding) comes with its own Host.
    if (!isLoopback(request.headers.host)) return sendJson(response, { ok: false, error: 'forbidden' }, 403)
    const url = new URL(request.url ?? '/', `http://${host}`)
    const [, root] = url.pathname.split('/')
    switch (root) {
      case 'api':
        return answerApi(request, response, url, { workspace, triggers, socketMode, scopes, host }, faults)
      case 'commands':
      case 'actions':
        return answerResponseUrl(request, response, url, responseUrls)
      case 'upload':
        return answerUpload(request, response, url, workspace)
      case 'ui':
        if (!pageKey.isHeldBy(request)) return sendJson(response, { ok: false, error: 'forbidden' }, 403)
        return answerPage(pageServer, request, response, url)
      default:
        return sendPageFile(request, response, url)
    }
  }

  function sendPageFile(request: IncomingMessage, response: ServerResponse, url: URL): void {
    if (!pageKey.isIn(url) && !pageKey.isHeldBy(request)) {
      response
        .writeHead(403, { 'content-type': 'text/plain' })
        .end('Open the whole address that was printed.\n')
      return
    }
    response.setHeader('set-cookie', pageKey.cookie)
    const file = pageFiles.get(url.pathname === '/' ? '/index.html' : url.pathname)
    if (!file) {
      sendJson(response, { ok: false, error: 'not_found' }, 404)
      return
    }
    response.writeHead(200, { 'content-type': file.contentType, ...pageHeaders }).end(file.body)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      // A fault of the playground itself: Slack would say internal_error, and so do we, with the reason for us.
      if (!response.headersSent)
        sendJson(response, { ok: false, error: 'internal_error', reason: String(error) }, 500)
      response.end()
    })
  })
  server.on('upgrade', socketMode.upgrade)
  server.listen(options.port ?? 0, bindHost)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the playground has no port')
  host = `${bindHost === '::1' ? '[::1]' : bindHost}:${address.port}`

  const inChannel = (named: string) => {
    const channel = workspace.channels.get(named) ?? channelNamed(named)
    return workspace.messages.filter((message) => message.channel === channel.id)
  }
  function channelNamed(name: string): Channel {
    const bare = name.replace(/^#/, '')
    const found = [...workspace.channels.values()].find((channel) => channel.name === bare && bare !== '')
    if (!found) throw new RangeError(`there is no channel ${name}`)
    return found
  }

  const pageUser =
    options.pageUserId ?? (workspace.users.has(founder) ? founder : [...workspace.users.keys()][0])
  return {
    ...people,
    clickButton: people.performAction,
    url: `http://${host}/?user=${pageUser}&key=${pageKey.text}`,
    slackApiUrl: `http://${host}/api/`,
    botToken: workspace.botToken,
    appToken: workspace.appToken,
    botUserId: workspace.botUserId,
    teamId: workspace.teamId,
    appId: workspace.appId,
    users: [...workspace.users.values()],
    channels: [...workspace.channels.values()],
    channelNamed,
    directMessageWith(user) {
      const found = directMessageWith(workspace, user)
      if (!found) throw new RangeError(`there is no direct message with ${user}`)
      return found
    },
    messages: (channel) => inChannel(channel).filter((message) => message.ephemeralTo === undefined),
    ephemeral: (channel, user) => inChannel(channel).filter((message) => message.ephemeralTo === user),
    views: (user) => workspace.viewStacks.get(user) ?? [],
    home: (user) => workspace.homes.get(user),
    assistantThread: ({ channel, ts }) => workspace.assistantThreads.get(`${channel} ${ts}`),
    until: (find, within = 5000) => untilFound(workspace.onChange, find, within),
    fault: faults.provoke,
    rateLimit: (limit) => faults.provoke({ kind: 'rate-limit', ...limit }),
    disconnect: socketMode.disconnect,
    connectionCount: socketMode.connectionCount,
    revokeToken() {
      workspace.isRevoked = true
      const tokens = { oauth: [], bot: [workspace.botUserId] }
      sendEvent(person, { type: 'tokens_revoked', tokens, event_ts: workspace.nextTs() })
    },
    archive(channel, isArchived = true) {
      const found = workspace.channels.get(channel) ?? channelNamed(channel)
      found.isArchived = isArchived
      workspace.changed()
    },
    shapeOf: (message) => messageShape(workspace, message),
    async close() {
      await socketMode.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function isLoopback(host: string | undefined): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host ?? '')
}

function untilFound<Found>(
  onChange: (listener: () => void) => () => void,
  find: () => Found | undefined | false,
  within: number,
): Promise<Found> {
  const { promise, resolve, reject } = Promise.withResolvers<Found>()
  const look = () => {
    const found = find()
    if (found !== undefined && found !== false) resolve(found)
  }
  const stop = onChange(look)
  const late = setTimeout(() => reject(new Error(`not seen within ${within} ms: ${find}`)), within)
  look()
  return promise.finally(() => {
    stop()
    clearTimeout(late)
  })
}
