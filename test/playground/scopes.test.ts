import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { manifestScopes } from '../../src/playground/scopes.ts'

const Manifest = z.object({ oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }) })

it('the playground grants what the manifest asks for, so that what works here works in Slack', async () => {
  const text = await readFile(join(import.meta.dirname, '../../config/slack-manifest.yaml'), 'utf8')
  expect(Manifest.parse(parse(text)).oauth_config.scopes.bot).toEqual(manifestScopes)
})
