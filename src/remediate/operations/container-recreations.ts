import type Dockerode from 'dockerode'
import { z } from 'zod'
import { redact } from '../../model/redact.ts'
import { recreate, stopLinger, stopWitness, wasRecreated } from './container-recreate.ts'
import { containerArguments, shellName } from './docker-container.ts'
import { imageWithPackage, PACKAGE } from './image-add-package.ts'
import { operation } from './operation.ts'

const asShown = (name: string, change: string): string =>
  [
    `docker stop ${shellName(name)}`,
    `docker rename ${shellName(name)} ${shellName(`${name}-before-…`)}`,
    `docker run … ${change}  # all else as it was: image, command, mounts, networks, ports, labels, limits`,
  ].join('\n')

const recreation = <Shape extends z.ZodRawShape>(
  name: string,
  shape: Shape,
  shown: (args: z.infer<z.ZodObject<typeof containerArguments & Shape>>) => string,
  change: (
    args: z.infer<z.ZodObject<typeof containerArguments & Shape>>,
    options: Dockerode.ContainerCreateOptions,
  ) => Dockerode.ContainerCreateOptions,
) => {
  type Arguments = z.infer<z.ZodObject<typeof containerArguments & Shape>>
  return operation({
    name,
    argumentsSchema: z.strictObject({ ...containerArguments, ...shape }),
    exact: (args) => asShown((args as Arguments & { name: string }).name, shown(args as Arguments)),
    witness: (args, engines, signal) => stopWitness(placeOf(args), engines, signal),
    run: (args, engines, signal) =>
      recreate(placeOf(args), engines, signal, (options) => change(args as Arguments, options)),
    wasDone: (args, engines, signal) => wasRecreated(placeOf(args), engines, signal),
    lingerSeconds: stopLinger,
  })
}

const placeOf = (args: unknown) =>
  z.object({ engine: z.string(), container: z.string(), name: z.string() }).parse(args)

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/

export const containerSetEnvironment = recreation(
  'container.set-environment',
  { variable: z.string().regex(VARIABLE), value: z.string() },
  ({ variable, value }) => redact(`--env ${variable}=${value}`),
  ({ variable, value }, options) => ({
    ...options,
    Env: [
      ...(options.Env ?? []).filter((entry) => !entry.startsWith(`${variable}=`)),
      `${variable}=${value}`,
    ],
  }),
)

export const containerSetLogRotation = recreation(
  'container.set-log-rotation',
  { size: z.string().regex(/^[1-9][0-9]*[kmg]$/), files: z.int().min(1).max(100) },
  ({ size, files }) => `--log-driver json-file --log-opt max-size=${size} --log-opt max-file=${files}`,
  ({ size, files }, options) => ({
    ...options,
    HostConfig: {
      ...options.HostConfig,
      LogConfig: { Type: 'json-file', Config: { 'max-size': size, 'max-file': String(files) } },
    },
  }),
)

const NANOSECONDS = 1e9

export const containerSetHealthcheck = recreation(
  'container.set-healthcheck',
  {
    /** Words of one program with its arguments, divided by spaces: no shell reads them. */
    test: z.string().min(1),
    interval: z.number().min(1),
    timeout: z.number().min(1),
    retries: z.int().min(1),
  },
  ({ test, interval, timeout, retries }) =>
    `--health-cmd ${JSON.stringify(test)} --health-interval ${interval}s --health-timeout ${timeout}s --health-retries ${retries}`,
  ({ test, interval, timeout, retries }, options) => ({
    ...options,
    Healthcheck: {
      Test: ['CMD', ...test.split(' ').filter(Boolean)],
      Interval: interval * NANOSECONDS,
      Timeout: timeout * NANOSECONDS,
      Retries: retries,
    },
  }),
)

export const containerSetPackageImage = recreation(
  'container.set-package-image',
  {
    image: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    installer: z.enum(['pip', 'npm', 'apk']),
    package: z.string().regex(PACKAGE),
  },
  ({ image, installer, package: name }) => imageWithPackage(image, installer, name),
  ({ image, installer, package: name }, options) => ({
    ...options,
    Image: imageWithPackage(image, installer, name),
  }),
)
