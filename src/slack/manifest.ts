import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const FILE = join(import.meta.dirname, '../../config/slack-manifest.yaml')

const Manifest = z.object({ oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }) })

/** The bot scopes that the manifest asks for: what an app installed from it has been granted. */
export const readManifestScopes = async (): Promise<readonly string[]> =>
  Manifest.parse(parse(await readFile(FILE, 'utf8'))).oauth_config.scopes.bot
