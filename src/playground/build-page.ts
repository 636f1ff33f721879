import { fileURLToPath } from 'node:url'
import { build } from 'vite'

/** One built file of the page, by its path on the server. */
export type PageFile = { contentType: string; body: string | Uint8Array }

const contentTypes: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/** Builds the page in memory: nothing is written, and nothing is fetched. */
export async function buildPage(): Promise<Map<string, PageFile>> {
  const output = await build({
    root: fileURLToPath(new URL('./page', import.meta.url)),
    configFile: false,
    envFile: false,
    logLevel: 'silent',
    // React's checks of a development build have no place in a page that is only looked at.
    mode: 'production',
    // On this machine, a small page is worth less than a page soon.
    build: {
      write: false,
      minify: false,
      target: 'esnext',
      modulePreload: false,
      reportCompressedSize: false,
    },
  })
  const [built] = Array.isArray(output) ? output : [output]
  if (!built || !('output' in built)) throw new Error('vite built no page')
  const files = new Map<string, PageFile>()
  for (const file of built.output) {
    const contentType = contentTypes[file.fileName.split('.').at(-1) ?? ''] ?? 'application/octet-stream'
    files.set(`/${file.fileName}`, { contentType, body: file.type === 'chunk' ? file.code : file.source })
  }
  return files
}
