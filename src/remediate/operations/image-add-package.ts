import { Readable } from 'node:stream'
import { z } from 'zod'
import { digestOf } from '../../model/identity.ts'
import { engineAt } from './docker-container.ts'
import { operation } from './operation.ts'
import { tarOfOne } from './tar.ts'

/** One line each, as an exec form: no shell reads the name of the package. Containers keep the user they had. */
const INSTALLERS = {
  pip: (name: string) => ['pip', 'install', '--no-cache-dir', name],
  npm: (name: string) => ['npm', 'install', '--no-save', name],
  apk: (name: string) => ['apk', 'add', '--no-cache', name],
} as const

export const PACKAGE = /^[A-Za-z0-9@][\w.@/+~=<>!-]{0,120}$/

/** Fixed by what goes into it, so that it is known before it is built. */
export const imageWithPackage = (image: string, installer: string, name: string): string =>
  `perfbot/${digestOf({ image, installer, name }).slice(0, 12)}:with-package`

const argumentsSchema = z.strictObject({
  engine: z.string(),
  /** The id of the image that the container runs. */
  image: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  installer: z.enum(['pip', 'npm', 'apk']),
  package: z.string().regex(PACKAGE, 'the name of a package'),
})
type Arguments = z.infer<typeof argumentsSchema>

const dockerfileOf = ({ image, installer, package: name }: Arguments): string =>
  `FROM ${image}\nUSER 0\nRUN ${JSON.stringify(INSTALLERS[installer](name))}\n`

const tagOf = (args: Arguments): string => imageWithPackage(args.image, args.installer, args.package)

/** The image that runs, with one package more. The lasting mend is a line in the image's own Dockerfile. */
export const imageAddPackage = operation({
  name: 'image.add-package',
  argumentsSchema,
  deadlineSeconds: 900,
  exact: (args) => `docker build --tag ${tagOf(args)} - <<'END'\n${dockerfileOf(args)}END`,
  async run(args, engines, signal) {
    const client = engineAt(args, engines)
    const context = Readable.from([tarOfOne('Dockerfile', dockerfileOf(args))])
    const stream = await client.buildImage(context, {
      t: tagOf(args),
      pull: false,
      rm: true,
      forcerm: true,
      abortSignal: signal,
    })
    await new Promise<void>((resolve, reject) =>
      client.modem.followProgress(stream, (error, output: { error?: string; stream?: string }[] | null) => {
        const failed = output?.find((line) => line.error)
        if (error) reject(error)
        else if (failed) reject(new Error(lastWords(output ?? [], failed.error ?? '')))
        else resolve()
      }),
    )
  },
  async wasDone(args, engines) {
    const images = await engineAt(args, engines).listImages({
      filters: { reference: [tagOf(args)] },
    })
    return images.length > 0
  },
  lingerSeconds: () => 5,
})

/** What the installer said last says more than its exit code. */
function lastWords(output: readonly { stream?: string }[], error: string): string {
  const said = output
    .map(({ stream }) => stream?.trim() ?? '')
    .filter((line) => line !== '' && !line.startsWith('Step') && !line.startsWith('--->'))
  return [...said.slice(-2), error].join(': ')
}

export const imageRemove = operation({
  name: 'image.remove-with-package',
  argumentsSchema,
  exact: (args) => `docker image rm ${tagOf(args)}`,
  async run(args, engines) {
    await engineAt(args, engines)
      .getImage(tagOf(args))
      .remove()
      .catch((error: { statusCode?: number }) => {
        if (error.statusCode !== 404) throw error
      })
  },
  async wasDone(args, engines) {
    const images = await engineAt(args, engines).listImages({ filters: { reference: [tagOf(args)] } })
    return images.length === 0
  },
})
