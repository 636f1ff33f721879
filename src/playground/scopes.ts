/** The bot scopes of config/slack-manifest.yaml: what an installed perfbot has been granted. A test holds them equal. */
export const manifestScopes: readonly string[] = [
  'commands',
  'chat:write',
  'chat:write.public',
  'app_mentions:read',
  'im:history',
  'assistant:write',
  'im:write',
  'channels:read',
  'groups:read',
  'users:read',
  'usergroups:read',
  'files:write',
]

export type ScopeChanges = { missingScopes?: readonly string[]; additionalScopes?: readonly string[] }

export function grantedScopes({ missingScopes = [], additionalScopes = [] }: ScopeChanges): Set<string> {
  const granted = new Set<string>([...manifestScopes, ...additionalScopes])
  for (const scope of missingScopes) granted.delete(scope)
  return granted
}
