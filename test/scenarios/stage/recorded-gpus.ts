import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { NvidiaSmi } from '../../../src/collect/gpus.ts'
import type { Stage } from '../stage.ts'

const FIXTURES = join(import.meta.dirname, '../../collect/fixtures/nvidia-smi')

/** What a recorded output is made to say instead: the first match of each. */
export type Change = readonly [said: RegExp, says: string]

export const recordedOf = (file: string): string => `nvidia-smi -q -x as recorded in fixtures/${file}`

/** A program in the place of nvidia-smi that prints a recorded output, with what is broken changed in it. */
export async function recordedGpus(
  stage: Stage,
  file: string,
  changes: readonly Change[] = [],
  count = 1,
): Promise<{ nvidiaSmi: NvidiaSmi; say(text: string): Promise<void> }> {
  const directory = await stage.directory()
  let xml = await readFile(join(FIXTURES, file), 'utf8')
  for (const [said, says] of changes) {
    if (!said.test(xml)) throw new Error(`${file} does not say ${said}`)
    xml = xml.replace(said, says)
  }
  const gpu = /<gpu id=[\s\S]*<\/gpu>/.exec(xml)?.[0] ?? ''
  const several = Array.from({ length: count }, (_, index) =>
    gpu
      .replace(/<gpu id="[^"]*"/, `<gpu id="0000000${index}:01:00.0"`)
      .replace(/<pci_bus_id>[^<]*/, `<pci_bus_id>0000000${index}:01:00.0`)
      .replace(/<uuid>[^<]*/, `<uuid>GPU-1234567${index}-aaaa-bbbb-cccc-0123456789ab`),
  )
  const [output, command] = [join(directory, 'output'), join(directory, 'nvidia-smi')]
  await writeFile(output, count === 1 ? xml : xml.replace(gpu, several.join('\n')))
  await writeFile(
    command,
    `#!/bin/sh\n# Not nvidia-smi: it prints what was recorded of one.\nwhile cat ${output} && ! grep -q '^Unable' ${output}; do sleep 0.1; done\nexit 255\n`,
  )
  await chmod(command, 0o755)
  return { nvidiaSmi: { command, configured: true }, say: (text) => writeFile(output, text) }
}
