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

type Pattern = {
  readonly kind: LogCauseKind
  /** The first group that matched is the subject. */
  readonly expression: RegExp
  readonly explain: (subject: string) => string
  readonly remedy: (subject: string) => LogCause['remedy']
}

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

/** The more telling pattern stands before the more general one: the first that matches a line wins. */
const PATTERNS: readonly Pattern[] = [
  {
    kind: 'missing-module',
    expression: /(?:ModuleNotFoundError|ImportError): No module named ['"]?([\w.]+)/,
    explain: (module) => `The Python module ${module} is not in the image.`,
    remedy: (module) => ({
      title: `Add ${pythonPackage(module)} to the image`,
      change: `requirements.txt: ${pythonPackage(module)}\nthen rebuild the image and recreate the container`,
    }),
  },
  {
    kind: 'missing-module',
    expression: /(?:Cannot find (?:module|package)|ERR_MODULE_NOT_FOUND[^'"]*) ['"]([^'"]+)['"]/,
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
  },
  {
    kind: 'missing-module',
    expression: /(?:cannot load such file -- |ClassNotFoundException: |NoClassDefFoundError: )([\w./-]+)/,
    explain: (name) => `${name} is not in the image.`,
    remedy: (name) => ({
      title: `Add ${name} to the image`,
      change: `Add the dependency that provides ${name}, rebuild and recreate`,
    }),
  },
  {
    kind: 'missing-library',
    expression: /error while loading shared libraries: ([\w.+-]+)/,
    explain: (library) => `The shared library ${library} is not in the image.`,
    remedy: (library) => ({
      title: `Add ${library} to the image`,
      change: `Find its package with: apt-file search ${library}\nthen add it to the Dockerfile and rebuild`,
    }),
  },
  {
    kind: 'missing-variable',
    expression:
      /(?:[Mm]issing (?:required )?(?:environment|env)(?:ironment)? var(?:iable)?s?:? ['"`]?([A-Z][A-Z0-9_]+)|(?:environment|env) var(?:iable)? ['"`]?([A-Z][A-Z0-9_]+)['"`]? (?:is )?(?:not set|missing|required|undefined|must be)|KeyError: '([A-Z][A-Z0-9]*_[A-Z0-9_]+)'|\b([A-Z][A-Z0-9_]{2,}): (?:parameter not set|unbound variable)|\b([A-Z][A-Z0-9]*_[A-Z0-9_]+) (?:is not set|is required|must be set|environment variable (?:is )?(?:not set|missing|required)))/,
    explain: (variable) => `The environment variable ${variable} is not set.`,
    remedy: (variable) => ({
      title: `Set ${variable}`,
      change: `compose file, environment: ${variable}: <value>\nthen: docker compose up -d`,
    }),
  },
  {
    kind: 'port-in-use',
    expression:
      /(?:EADDRINUSE[^\d]*(?:address already in use)?[^\d:]*:{0,3}([\d.:\]]*\d+)|[Aa]ddress (?:\('?[\w.]*'?, (\d+)\) )?already in use(?:.*?(\d{2,5}))?|port (\d+) is already (?:allocated|in use))/,
    explain: (port) => `Another process already listens on ${port || 'its port'}.`,
    remedy: (port) => ({
      title: 'Free the port or choose another',
      change: `ss -ltnp 'sport = :${port.replace(/^.*:/, '') || '<port>'}'`,
    }),
  },
  {
    kind: 'authentication-failed',
    expression:
      /(?:password authentication failed for user ["'](\w+)["']|WRONGPASS|NOAUTH|Access denied for user '?(\w+))/,
    explain: (user) => `The server refuses the password${user ? ` of ${user}` : ''}.`,
    remedy: () => ({
      title: 'Correct the credentials',
      change: 'Compare the password in the environment with the one the server was made with.',
    }),
  },
  {
    kind: 'name-not-resolved',
    expression:
      /(?:getaddrinfo (?:ENOTFOUND|EAI_AGAIN) ([\w.-]+)|could not translate host name "([\w.-]+)"|[Nn]ame or service not known:? ?([\w.-]*)|lookup ([\w.-]+).*no such host)/,
    explain: (name) => `The name ${name || 'of a service it needs'} cannot be resolved.`,
    remedy: (name) => ({
      title: 'Put both containers into one network',
      change: `docker network inspect <network>: does ${name || 'the service'} stand in it under that name?`,
    }),
  },
  {
    kind: 'connection-refused',
    expression:
      /(?:ECONNREFUSED ([\w.:[\]-]+)|connection to server at "([^"]+)".*Connection refused|dial tcp ([\w.:[\]-]+): connect: connection refused|[Cc]onnection refused(?:.*?((?:[\w-]+\.)*[\w-]+:\d{2,5}))?)/,
    explain: (address) => `${address || 'A service it needs'} refuses the connection: nothing listens there.`,
    remedy: (address) => ({
      title: 'Start what it depends on first',
      change: `Is the service at ${address || 'that address'} running? In compose: depends_on with condition: service_healthy`,
    }),
  },
  {
    kind: 'disk-full',
    expression: /(No space left on device|ENOSPC)/,
    explain: () => 'The disk it writes to is full.',
    remedy: () => ({ title: 'Free space', change: 'df -h; docker system df' }),
  },
  {
    kind: 'wrong-architecture',
    expression: /(exec format error)/i,
    explain: () => 'The program in the image was built for another processor architecture.',
    remedy: () => ({
      title: 'Use an image for this architecture',
      change: 'docker buildx build --platform linux/<arch of this host>',
    }),
  },
  {
    kind: 'out-of-memory',
    expression:
      /(JavaScript heap out of memory|java\.lang\.OutOfMemoryError|MemoryError\b|Cannot allocate memory)/,
    explain: () => 'The program itself ran out of memory.',
    remedy: () => ({
      title: 'Give it more memory, or find the leak',
      change: 'Raise the memory limit, and the heap size with it.',
    }),
  },
  {
    kind: 'permission-denied',
    expression: /(?:[Pp]ermission denied:? ['"]?([\w./-]*)|EACCES: permission denied, \w+ '([^']+)')/,
    explain: (path) => `It may not use ${path || 'a file it needs'}.`,
    remedy: (path) => ({
      title: 'Correct owner or mode',
      change: `ls -ln ${path || '<path>'}; compare with the user: of the container`,
    }),
  },
  {
    kind: 'missing-command',
    expression:
      /(?:exec:? "?([\w./-]+)"?: (?:executable file not found|no such file)|([\w./-]+): (?:command )?not found)/,
    explain: (command) => `The command ${command} is not in the image.`,
    remedy: (command) => ({
      title: `Correct the command or install ${command}`,
      change: `Check command:, entrypoint: and PATH for ${command}`,
    }),
  },
  {
    kind: 'missing-file',
    expression:
      /(?:No such file or directory:? ['"]?([\w./-]+)|ENOENT: no such file or directory, \w+ '([^']+)')/,
    explain: (path) => `The file ${path} is missing.`,
    remedy: (path) => ({
      title: `Provide ${path}`,
      change: `Mount or COPY ${path}; check volumes: and WORKDIR`,
    }),
  },
]

function matchLine(line: string): LogCause | null {
  for (const pattern of PATTERNS) {
    const match = pattern.expression.exec(line)
    if (!match) continue
    const subject = match.slice(1).find((group) => group !== undefined && group !== '') ?? ''
    return {
      kind: pattern.kind,
      subject,
      explanation: pattern.explain(subject),
      remedy: pattern.remedy(subject),
      line: line.trim(),
    }
  }
  return null
}

/**
 * The cause that the end of a log names. In a crash loop the same end comes again and again, so the last
 * line that matches is the innermost error of the last run.
 */
export function causeInLog(lines: readonly string[]): LogCause | null {
  for (const line of lines.toReversed()) {
    const cause = matchLine(line)
    if (cause) return cause
  }
  return null
}

/** The last line that looks like an error, for logs that name no known cause. */
export const lastErrorLine = (lines: readonly string[]): string | null =>
  lines.findLast((line) => /\b(error|exception|fatal|panic|critical|traceback)\b/i.test(line))?.trim() ??
  lines.findLast((line) => line.trim() !== '')?.trim() ??
  null

/** What an exit code says: 128 + n is signal n (POSIX shells and Docker alike). */
export function describeExitCode(code: number): string {
  const named: Record<number, string> = {
    0: 'ended by itself',
    125: 'Docker itself failed to start it',
    126: 'the command is not executable',
    127: 'the command was not found',
    137: 'killed by SIGKILL',
    139: 'crashed with a segmentation fault (SIGSEGV)',
    143: 'ended by SIGTERM',
  }
  return named[code] ?? (code > 128 && code < 160 ? `killed by signal ${code - 128}` : 'ended with an error')
}
