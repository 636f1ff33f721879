/** The bot scopes of perfbot's manifest: what an installed app has been granted. */
const manifestScopes = [
  'commands',
  'chat:write',
  'chat:write.public',
  'app_mentions:read',
  'im:history',
  'im:write',
  'im:read',
  'files:write',
  'assistant:write',
  'users:read',
  'usergroups:read',
  'channels:read',
  'groups:read',
] as const

export type ScopeChanges = { missingScopes?: readonly string[]; additionalScopes?: readonly string[] }

export function grantedScopes({ missingScopes = [], additionalScopes = [] }: ScopeChanges): Set<string> {
  const granted = new Set<string>([...manifestScopes, ...additionalScopes])
  for (const scope of missingScopes) granted.delete(scope)
  return granted
}
