import { setTimeout as sleep } from 'node:timers/promises'
import Docker from 'dockerode'
import { describe } from 'vitest'

const DEFAULT_SOCKET = '/var/run/docker.sock'

async function answers(socketPath: string): Promise<boolean> {
  try {
    await new Docker({ socketPath, timeout: 3000 }).ping()
    return true
  } catch {
    return false
  }
}

async function findSocket(): Promise<string | null> {
  for (const path of [process.env.PERFBOT_TEST_DOCKER_SOCKET, DEFAULT_SOCKET]) {
    if (path && (await answers(path))) return path
  }
  return null
}

// Asked once while the test file loads, so that a suite can name why it is skipped.
const reachableSocket = await findSocket()

/** The socket of an engine that answers: PERFBOT_TEST_DOCKER_SOCKET, else /var/run/docker.sock, else none. */
export const dockerSocket = (): string | null => reachableSocket

/** A suite that needs a real engine: it is given a client, or skipped under a name that says why. */
export function describeWithDocker(name: string, suite: (client: Docker) => void): void {
  if (reachableSocket) {
    // Containers start side by side in these, and each start costs a busy machine a second.
    describe(name, { timeout: 90_000 }, () => suite(new Docker({ socketPath: reachableSocket })))
    return
  }
  describe.skip(`${name} (skipped: no Docker engine answers; set PERFBOT_TEST_DOCKER_SOCKET)`, () =>
    suite(new Docker({ socketPath: DEFAULT_SOCKET })))
}

/** Waits until `holds` says so of the container; fails with what it was last seen as. */
export async function waitForContainer(
  container: Docker.Container,
  holds: (inspected: Docker.ContainerInspectInfo) => boolean,
  timeoutSeconds = 20,
): Promise<Docker.ContainerInspectInfo> {
  const deadline = Date.now() + timeoutSeconds * 1000
  for (;;) {
    const inspected = await container.inspect()
    if (holds(inspected)) return inspected
    if (Date.now() > deadline) {
      throw new Error(`${inspected.Name} did not get there: ${JSON.stringify(inspected.State)}`)
    }
    await sleep(100)
  }
}
