import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { causeInLog, describeExitCode, lastErrorLine } from '../../src/diagnose/log-cause.ts'

/** Lines as the programs really write them. */
const CASES: [line: string, kind: string, subject: string][] = [
  ["ModuleNotFoundError: No module named 'cryptography'", 'missing-module', 'cryptography'],
  ["ModuleNotFoundError: No module named 'cv2.dnn'", 'missing-module', 'cv2.dnn'],
  ["Error: Cannot find module 'express'", 'missing-module', 'express'],
  [
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@scope/name' imported from /app/index.js",
    'missing-module',
    '@scope/name',
  ],
  ['cannot load such file -- nokogiri (LoadError)', 'missing-module', 'nokogiri'],
  [
    'Exception in thread "main" java.lang.ClassNotFoundException: org.postgresql.Driver',
    'missing-module',
    'org.postgresql.Driver',
  ],
  [
    './app: error while loading shared libraries: libssl.so.1.1: cannot open shared object file',
    'missing-library',
    'libssl.so.1.1',
  ],
  ["KeyError: 'DATABASE_URL'", 'missing-variable', 'DATABASE_URL'],
  ['Error: Missing required environment variable: SECRET_KEY', 'missing-variable', 'SECRET_KEY'],
  ['JWT_SECRET is not set', 'missing-variable', 'JWT_SECRET'],
  ['/entrypoint.sh: line 4: API_KEY: unbound variable', 'missing-variable', 'API_KEY'],
  ['Error: listen EADDRINUSE: address already in use :::3000', 'port-in-use', '3000'],
  ['OSError: [Errno 98] Address already in use', 'port-in-use', ''],
  ['nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)', 'port-in-use', ''],
  ['Error: connect ECONNREFUSED 172.18.0.3:5432', 'connection-refused', '172.18.0.3:5432'],
  ['dial tcp 10.0.0.7:6379: connect: connection refused', 'connection-refused', '10.0.0.7:6379'],
  ['Error: getaddrinfo ENOTFOUND postgres', 'name-not-resolved', 'postgres'],
  ['FATAL:  password authentication failed for user "app"', 'authentication-failed', 'app'],
  ["Error: EACCES: permission denied, open '/data/db.sqlite'", 'permission-denied', '/data/db.sqlite'],
  ['OSError: [Errno 28] No space left on device', 'disk-full', 'No space left on device'],
  ['exec /app/server: exec format error', 'wrong-architecture', 'exec format error'],
  [
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    'out-of-memory',
    'JavaScript heap out of memory',
  ],
  ["Error: ENOENT: no such file or directory, open '/app/config.json'", 'missing-file', '/app/config.json'],
]

describe('the cause in a log', () => {
  it.each(CASES)('%s', (line, kind, subject) => {
    const cause = causeInLog(['INFO starting', line, 'INFO exiting'])
    expect(cause?.kind).toBe(kind)
    expect(cause?.subject).toContain(subject)
    expect(cause?.line).toBe(line.trim())
  })

  it('is the innermost error, the last of the last run', () => {
    const cause = causeInLog([
      'Error: connect ECONNREFUSED 127.0.0.1:6379',
      'retrying',
      "ModuleNotFoundError: No module named 'jwt'",
    ])
    expect(cause?.kind).toBe('missing-module')
    expect(cause?.remedy.title).toBe('Add PyJWT to the image')
  })

  it('is not read from lines that merely speak of such things', () => {
    expect(
      causeInLog(['INFO all environment variables are set', 'listening on port 3000', 'GET /errors 200']),
    ).toBeNull()
  })

  it('is looked for in any text without failing or hanging', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 2000 })), (lines) => {
        causeInLog(lines)
        lastErrorLine(lines)
      }),
    )
  })

  it('is looked for in long hostile lines without matching for minutes', { timeout: 5000 }, () => {
    const line = `address already in use ${'a'.repeat(900)}${'connection refused '.repeat(50)}`
    expect(causeInLog(Array.from({ length: 200 }, () => line))?.line).toBe(line.trim())
  })
})

it('an exit code above 128 is a signal', () => {
  expect(describeExitCode(137)).toContain('SIGKILL')
  expect(describeExitCode(134)).toBe('killed by signal 6')
  expect(describeExitCode(1)).toBe('ended with an error')
})
