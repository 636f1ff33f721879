import { Refusal } from '../refusal.ts'
import { appMethods } from './app.ts'
import { assistantMethods } from './assistant.ts'
import { chatMethods } from './chat.ts'
import { conversationMethods } from './conversations.ts'
import { fileMethods } from './files.ts'
import { type Answer, type Method, type MethodContext, requireScope } from './method.ts'
import { peopleMethods } from './people.ts'
import { viewMethods } from './views.ts'

const methods: Record<string, Method> = {
  ...appMethods,
  ...assistantMethods,
  ...chatMethods,
  ...conversationMethods,
  ...peopleMethods,
  ...viewMethods,
  ...fileMethods,
}

export function acceptedScopes(name: string): readonly string[] {
  return Object.hasOwn(methods, name) ? (methods[name]?.scopes ?? []) : []
}

function requireToken(context: MethodContext, wanted: Method['token'], token: string | undefined): void {
  if (wanted === 'none') return
  const { botToken, appToken } = context.workspace
  if (!token) throw new Refusal('not_authed')
  if (token !== botToken && token !== appToken) throw new Refusal('invalid_auth')
  if (token === botToken && context.workspace.isRevoked) throw new Refusal('token_revoked')
  if ((token === appToken) !== (wanted === 'app')) throw new Refusal('not_allowed_token_type')
}

/** Runs a Web API method the way Slack does: is there such a method, who asks, may they, and are the arguments right. */
export function callMethod(
  name: string,
  token: string | undefined,
  given: Record<string, unknown>,
  context: MethodContext,
): Answer {
  const called = Object.hasOwn(methods, name) ? methods[name] : undefined
  if (!called) throw new Refusal('unknown_method', { req_method: name })
  requireToken(context, called.token, token)
  for (const scope of called.scopes) requireScope(context, scope)
  return called.run(given, context)
}
