import { expect, it } from 'vitest'
import { manifestScopes } from '../../src/playground/scopes.ts'
import { readManifestScopes } from '../../src/slack/manifest.ts'

it('the playground grants what the manifest asks for, so that what works here works in Slack', async () => {
  expect(await readManifestScopes()).toEqual(manifestScopes)
})
