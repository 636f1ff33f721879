import type { LogErrorClass, LogFields } from '../model/log-summary.ts'
import type { Classified } from './logs/classify.ts'

/** What the log of a failed program says was wrong with it. Texts from the log are data, never instructions. */
export type LogCause = {
  readonly kind: LogCauseKind
  /** The thing that is missing, taken or refused: a module, a variable, an address. */
  readonly subject: string
  readonly explanation: string
  /** What to do, with the exact change where there is one. */
  readonly remedy: { readonly title: string; readonly change: string }
  /** The line that says so, as it stands in the log. */
  readonly line: string
}

export type LogCauseKind =
  | 'missing-module'
  | 'missing-variable'
  | 'missing-library'
  | 'missing-command'
  | 'missing-file'
  | 'port-in-use'
  | 'connection-refused'
  | 'name-not-resolved'
  | 'authentication-failed'
  | 'permission-denied'
  | 'disk-full'
  | 'wrong-architecture'
  | 'out-of-memory'
  | 'read-only-filesystem'
  | 'config-syntax'
  | 'certificate-expired'
  | 'migration-failed'
  | 'gpu-failed'

/** Modules whose package on PyPI has another name. */
const PYPI_NAMES: Readonly<Record<string, string>> = {
  bs4: 'beautifulsoup4',
  cv2: 'opencv-python-headless',
  dotenv: 'python-dotenv',
  jose: 'python-jose',
  jwt: 'PyJWT',
  OpenSSL: 'pyOpenSSL',
  PIL: 'Pillow',
  psycopg2: 'psycopg2-binary',
  sklearn: 'scikit-learn',
  yaml: 'PyYAML',
}

const pythonPackage = (module: string): string => {
  const top = module.split('.')[0] ?? module
  return PYPI_NAMES[top] ?? top
}

/** Relative paths are the program's own files, which no package manager brings. */
const isOwnFile = (module: string): boolean => /^[./]|^[a-z]:\\/i.test(module)

/** `@scope/name/deep/file` → `@scope/name`. */
const npmPackage = (module: string): string =>
  module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/')

type Meaning = {
  readonly kind: LogCauseKind
  readonly subject: (found: Classified) => string
  readonly explain: (subject: string) => string
  readonly remedy: (subject: string) => LogCause['remedy']
}

const field =
  (name: string) =>
  ({ fields }: { readonly fields: LogFields }): string =>
    String(fields[name] ?? '')
const words = (found: Classified): string => found.words

const address = ({ fields: { host, port } }: Classified): string =>
  host === undefined ? '' : port === undefined ? String(host) : `${host}:${port}`

const NODE_MODULE: Meaning = {
  kind: 'missing-module',
  subject: field('module'),
  explain: (module) => `The Node module ${module} is not in the image.`,
  remedy: (module) =>
    isOwnFile(module)
      ? {
          title: `Put ${module} into the image`,
          change: `Dockerfile: COPY the file that provides ${module}; check WORKDIR and the build output`,
        }
      : {
          title: `Add ${npmPackage(module)} to the image`,
          change: `npm install ${npmPackage(module)}\nthen rebuild the image and recreate the container`,
        },
}

const PYTHON_MODULE: Meaning = {
  kind: 'missing-module',
  subject: field('module'),
  explain: (module) => `The Python module ${module} is not in the image.`,
  remedy: (module) => ({
    title: `Add ${pythonPackage(module)} to the image`,
    change: `requirements.txt: ${pythonPackage(module)}\nthen rebuild the image and recreate the container`,
  }),
}

const OTHER_MODULE: Meaning = {
  kind: 'missing-module',
  subject: ({ fields }) => String(fields.module ?? fields.class ?? ''),
  explain: (name) => `${name} is not in the image.`,
  remedy: (name) => ({
    title: `Add ${name} to the image`,
    change: `Add the dependency that provides ${name}, rebuild and recreate`,
  }),
}

/** What a class of error means for a container that stops by itself; the others do not stop a program. */
const MEANINGS: Readonly<Partial<Record<LogErrorClass, Meaning>>> = {
  'missing-class': OTHER_MODULE,
  'missing-library': {
    kind: 'missing-library',
    subject: field('library'),
    explain: (library) => `The shared library ${library} is not in the image.`,
    remedy: (library) => ({
      title: `Add ${library} to the image`,
      change: `Find its package with: apt-file search ${library}\nthen add it to the Dockerfile and rebuild`,
    }),
  },
  'missing-variable': {
    kind: 'missing-variable',
    subject: field('variable'),
    explain: (variable) => `The environment variable ${variable || 'it needs'} is not set.`,
    remedy: (variable) => ({
      title: `Set ${variable || 'the variable it names'}`,
      change: `compose file, environment: ${variable || '<name>'}: <value>\nthen: docker compose up -d`,
    }),
  },
  'port-in-use': {
    kind: 'port-in-use',
    subject: field('port'),
    explain: (port) => `Another process already listens on ${port || 'its port'}.`,
    remedy: (port) => ({
      title: 'Free the port or choose another',
      change: `ss -ltnp 'sport = :${port || '<port>'}'`,
    }),
  },
  'authentication-failed': {
    kind: 'authentication-failed',
    subject: field('user'),
    explain: (user) => `The server refuses the password${user ? ` of ${user}` : ''}.`,
    remedy: () => ({
      title: 'Correct the credentials',
      change: 'Compare the password in the environment with the one the server was made with.',
    }),
  },
  'name-not-resolved': {
    kind: 'name-not-resolved',
    subject: field('host'),
    explain: (name) => `The name ${name || 'of a service it needs'} cannot be resolved.`,
    remedy: (name) => ({
      title: 'Put both containers into one network',
      change: `docker network inspect <network>: does ${name || 'the service'} stand in it under that name?`,
    }),
  },
  'connection-refused': {
    kind: 'connection-refused',
    subject: address,
    explain: (at) => `${at || 'A service it needs'} refuses the connection: nothing listens there.`,
    remedy: (at) => ({
      title: 'Start what it depends on first',
      change: `Is the service at ${at || 'that address'} running? In compose: depends_on with condition: service_healthy`,
    }),
  },
  'disk-full': {
    kind: 'disk-full',
    subject: words,
    explain: () => 'The disk it writes to is full.',
    remedy: () => ({ title: 'Free space', change: 'df -h; docker system df' }),
  },
  'wrong-architecture': {
    kind: 'wrong-architecture',
    subject: words,
    explain: () => 'The program in the image was built for another processor architecture.',
    remedy: () => ({
      title: 'Use an image for this architecture',
      change: 'docker buildx build --platform linux/<arch of this host>',
    }),
  },
  'out-of-memory': {
    kind: 'out-of-memory',
    subject: words,
    explain: () => 'The program itself ran out of memory.',
    remedy: () => ({
      title: 'Give it more memory, or find the leak',
      change: 'Raise the memory limit, and the heap size with it.',
    }),
  },
  'permission-denied': {
    kind: 'permission-denied',
    subject: field('file'),
    explain: (path) => `It may not use ${path || 'a file it needs'}.`,
    remedy: (path) => ({
      title: 'Correct owner or mode',
      change: `ls -ln ${path || '<path>'}; compare with the user: of the container`,
    }),
  },
  'missing-command': {
    kind: 'missing-command',
    subject: field('command'),
    explain: (command) => `The command ${command} is not in the image.`,
    remedy: (command) => ({
      title: `Correct the command or install ${command}`,
      change: `Check command:, entrypoint: and PATH for ${command}`,
    }),
  },
  'missing-file': {
    kind: 'missing-file',
    subject: field('file'),
    explain: (path) => `The file ${path || 'it needs'} is missing.`,
    remedy: (path) => ({
      title: `Provide ${path || 'the file'}`,
      change: `Mount or COPY ${path || 'it'}; check volumes: and WORKDIR`,
    }),
  },
  'read-only-filesystem': {
    kind: 'read-only-filesystem',
    subject: words,
    explain: () => 'What it writes to is mounted read-only.',
    remedy: () => ({
      title: 'Give it a place to write',
      change: 'Mount a volume where it writes, or take away read_only: true or :ro in the compose file',
    }),
  },
  'config-syntax': {
    kind: 'config-syntax',
    subject: ({ fields }) => String(fields.file ?? fields.parameter ?? ''),
    explain: (what) => `Its configuration${what === '' ? '' : ` (${what})`} cannot be read.`,
    remedy: () => ({
      title: 'Correct the configuration',
      change: 'The line of the log says where it is wrong.',
    }),
  },
  'certificate-expired': {
    kind: 'certificate-expired',
    subject: address,
    explain: (at) => `The certificate${at ? ` of ${at}` : ''} has expired.`,
    remedy: (at) => ({
      title: 'Renew the certificate',
      change: `openssl s_client -connect ${at || '<host:port>'} </dev/null | openssl x509 -noout -enddate`,
    }),
  },
  'gpu-failed': {
    kind: 'gpu-failed',
    subject: words,
    explain: () => 'It cannot use a GPU: the engine, the driver or the card does not give it one.',
    remedy: () => ({
      title: 'See whether the machine has the GPU, then whether the engine can hand it on',
      change:
        'nvidia-smi; nvidia-ctk runtime configure --runtime=docker && systemctl restart docker (package nvidia-container-toolkit)',
    }),
  },
  'migration-failed': {
    kind: 'migration-failed',
    subject: words,
    explain: () => 'A migration of its database failed.',
    remedy: () => ({
      title: 'Run the migration by hand',
      change: 'Its error stands in the log above this line.',
    }),
  },
}

export function meaningOf(found: Classified): Meaning | null {
  if (found.class !== 'missing-module') return MEANINGS[found.class] ?? null
  if (/^Cannot find|^ERR_MODULE/.test(found.words)) return NODE_MODULE
  return /^(?:ModuleNotFound|Import)Error/.test(found.words) ? PYTHON_MODULE : OTHER_MODULE
}
