import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type Docker from 'dockerode'
import { tarOf } from './tar.ts'

const LABEL = 'perfbot.test'

/** An image of its own, and what is needed to make containers that nobody else's test sees or removes. */
export type DockerArea = {
  /** Holds /bin/busybox and a link for each of its applets: `['sh', '-c', '…']` works. */
  readonly image: string
  /** Put these on whatever is created; `removeAll` removes by them. */
  readonly labels: Record<string, string>
  /** A container name that no other test has: `name('api')` → `perfbot-3f9a1c-api`. */
  name(part: string): string
  /** Creates and starts a container of the image with the labels on it. */
  run(part: string, script: string, options?: RunOptions): Promise<Docker.Container>
  /** Kills and removes the containers with the labels, then the image. */
  removeAll(): Promise<void>
}

export type RunOptions = Omit<Docker.ContainerCreateOptions, 'Image' | 'Labels' | 'Cmd' | 'name'>

/**
 * Imports /bin/busybox (Debian: busybox-static) as an image under a name of its own: no registry needed.
 *
 *     const area = await importBusybox(client)
 *     await area.run('api', 'echo ready; sleep 1000', { HostConfig: { Memory: 64 * 1024 * 1024 } })
 *     afterAll(() => area.removeAll())
 */
export async function importBusybox(client: Docker): Promise<DockerArea> {
  const key = randomUUID().slice(0, 6)
  const image = `perfbot-test-${key}:1`
  const labels = { [LABEL]: key }
  const stream = await client.importImage(Readable.from([await busyboxTar()]), {
    repo: `perfbot-test-${key}`,
    tag: '1',
  })
  await new Promise<void>((resolve, reject) =>
    client.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
  )
  const name = (part: string) => `perfbot-${key}-${part}`
  return {
    image,
    labels,
    name,
    run: async (part, script, options = {}) => {
      const container = await client.createContainer({
        ...options,
        name: name(part),
        Image: image,
        Labels: labels,
        Cmd: ['sh', '-c', script],
      })
      await container.start()
      return container
    },
    removeAll: () => removeAll(client, key, image),
  }
}

async function removeAll(client: Docker, key: string, image: string): Promise<void> {
  const left = await client.listContainers({ all: true, filters: { label: [`${LABEL}=${key}`] } })
  await Promise.all(
    left.map(({ Id }) => ignoreMissing(client.getContainer(Id).remove({ force: true, v: true }))),
  )
  await ignoreMissing(client.getImage(image).remove({ force: true }))
}

/** Gone already is as good as removed; "removal in progress" (409) is somebody else's removal of it. */
async function ignoreMissing(removal: Promise<unknown>): Promise<void> {
  try {
    await removal
  } catch (error) {
    const status = (error as { statusCode?: number }).statusCode
    if (status !== 404 && status !== 409) throw error
  }
}

const APPLETS =
  'sh ash cat cp date dd df echo env false grep head hostname httpd id kill ls mkdir mv nc printf ps pwd rm sed sleep stat tail tee test timeout touch tr true uname wc wget yes'

/** The whole of the image, as `docker import` and `podman import` take it. */
export async function busyboxTar(): Promise<Buffer> {
  const busybox = await readFile('/bin/busybox')
  return tarOf([
    { path: 'bin/', kind: 'directory' },
    { path: 'tmp/', kind: 'directory' },
    { path: 'bin/busybox', kind: 'file', content: busybox },
    ...APPLETS.split(' ').map((applet) => ({
      path: `bin/${applet}`,
      kind: 'link' as const,
      target: 'busybox',
    })),
  ])
}
