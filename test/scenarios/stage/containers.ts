import { setTimeout as sleep } from 'node:timers/promises'
import type Docker from 'dockerode'
import type { DockerEngine } from '../../../src/collect/containers/engine.ts'
import { connectEngine } from '../../../src/collect/containers/engine-client.ts'
import { waitForContainer } from '../../support/docker.ts'
import { importBusybox } from '../../support/docker-area.ts'
import { type TarEntry, tarOf } from '../../support/tar.ts'

export type ContainerOptions = Omit<Docker.ContainerCreateOptions, 'Cmd' | 'name'> & {
  /** Put into it before it starts. */
  files?: TarEntry[]
}

/** A Docker engine, and containers on it of an image that holds busybox. */
export type ContainerStage = {
  readonly client: Docker
  /** As config would name it. */
  readonly source: DockerEngine
  /** What a container is called in full: others find it by this name in a network. */
  name(part: string): string
  /** Creates and starts one that runs a shell script, or a program of its own. */
  start(
    part: string,
    command: string | readonly string[],
    options?: ContainerOptions,
  ): Promise<Docker.Container>
  /** Creates it, and is told when the engine cannot start it. */
  startInVain(part: string, command: readonly string[], options?: ContainerOptions): Promise<void>
  /** Waits until its log holds a word, so many times. */
  logged(container: Docker.Container, word: string, times?: number): Promise<void>
  until: typeof waitForContainer
  /** The image under another name: what it holds stays busybox. */
  image(name: string): Promise<string>
  network(part: string): Promise<string>
  /** Removes what scenarios made. */
  clear(): Promise<void>
  stop(): Promise<void>
}

/** Sleeps, and ends at once when it is asked to. */
export const SERVES = "trap 'exit 0' TERM; while :; do sleep 60 & wait $!; done"

export const MEBIBYTE = 1024 ** 2

/** What a person who knows Docker gives each container, so that nothing is left to say of how it was made. */
export const WELL_MADE = {
  Memory: 64 * MEBIBYTE,
  RestartPolicy: { Name: 'unless-stopped' },
  LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
} as const

export const composed = (
  project: string,
  service: string,
  dependsOn: readonly string[] = [],
): Record<string, string> => ({
  'com.docker.compose.project': project,
  'com.docker.compose.service': service,
  'com.docker.compose.depends_on': dependsOn.map((name) => `${name}:service_started:false`).join(','),
})

export async function startContainerStage(client: Docker, socket: string): Promise<ContainerStage> {
  const area = await importBusybox(client)
  const tags: string[] = []
  const networks: string[] = []
  async function create(part: string, command: readonly string[], options: ContainerOptions) {
    const { Labels, files = [], ...rest } = options
    const container = await client.createContainer({
      Image: area.image,
      ...rest,
      name: area.name(part),
      Labels: { ...Labels, ...area.labels },
      Cmd: [...command],
    })
    if (files.length > 0) await container.putArchive(tarOf(files), { path: '/' })
    return container
  }
  const source = connectEngine({ name: 'local', socket, configured: true })
  async function clear(): Promise<void> {
    const label = Object.entries(area.labels).map(([name, value]) => `${name}=${value}`)
    const left = await client.listContainers({ all: true, filters: { label } })
    await Promise.all(left.map(({ Id }) => client.getContainer(Id).remove({ force: true, v: true })))
    for (const name of networks.splice(0)) await client.getNetwork(name).remove()
    for (const tag of tags.splice(0)) await client.getImage(tag).remove()
  }
  return {
    client,
    source,
    name: area.name,
    async start(part, command, options = {}) {
      const words = typeof command === 'string' ? ['sh', '-c', command] : command
      const container = await create(part, words, options)
      await container.start()
      return container
    },
    async startInVain(part, command, options = {}) {
      const container = await create(part, command, options)
      await container.start().then(
        () => Promise.reject(new Error(`${part} was started, which should not have been possible`)),
        () => undefined,
      )
    },
    until: waitForContainer,
    async logged(container, word, times = 1) {
      const deadline = Date.now() + 20_000
      for (;;) {
        const log = await container.logs({ stdout: true, stderr: true })
        if (log.toString().split(word).length > times) return
        if (Date.now() > deadline)
          throw new Error(`its log never said "${word}": ${log.toString().slice(-500)}`)
        await sleep(50)
      }
    },
    async image(name) {
      const [repo = name, tag = 'latest'] = name.split(':')
      await client.getImage(area.image).tag({ repo, tag })
      tags.push(`${repo}:${tag}`)
      return `${repo}:${tag}`
    },
    async network(part) {
      await client.createNetwork({ Name: area.name(part), Labels: area.labels })
      networks.push(area.name(part))
      return area.name(part)
    },
    clear,
    async stop() {
      await clear()
      source.close?.()
      await area.removeAll()
    },
  }
}
