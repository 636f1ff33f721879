import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Issued = {
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
}

/** A certificate authority of the test's own, made with openssl. */
export type TestAuthority = {
  readonly caFile: string
  readonly ca: string
  /** For 127.0.0.1 and localhost unless other names are given; a negative number of days is over already. */
  issue(options?: { days?: number; names?: string }): Issued
  selfSigned(): Issued
  remove(): void
}

const NAMES = 'DNS:localhost,IP:127.0.0.1'
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

export function createTestAuthority(): TestAuthority {
  const directory = mkdtempSync(join(tmpdir(), 'perfbot-authority-'))
  const at = (name: string) => join(directory, name)
  const openssl = (...words: string[]) => execFileSync('openssl', words, { stdio: 'pipe' })
  const issued = (name: string): Issued => ({
    cert: readFileSync(at(`${name}.pem`), 'utf8'),
    key: readFileSync(at(`${name}.key`), 'utf8'),
    certFile: at(`${name}.pem`),
    keyFile: at(`${name}.key`),
  })
  const ownCertificate = (name: string, subject: string) =>
    openssl(
      ...['req', '-x509', ...NEW_KEY, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)],
      ...['-subj', subject, '-days', '30', '-addext', `subjectAltName=${NAMES}`],
    )
  ownCertificate('ca', '/CN=perfbot test authority')
  let count = 0
  return {
    caFile: at('ca.pem'),
    ca: readFileSync(at('ca.pem'), 'utf8'),
    issue({ days = 90, names = NAMES } = {}) {
      count += 1
      const name = `server-${count}`
      writeFileSync(at('extensions'), `subjectAltName=${names}\n`)
      openssl(
        ...['req', ...NEW_KEY, '-keyout', at(`${name}.key`), '-out', at('request'), '-subj', '/CN=localhost'],
      )
      openssl(
        ...['x509', '-req', '-in', at('request'), '-CA', at('ca.pem'), '-CAkey', at('ca.key')],
        ...[
          '-CAcreateserial',
          '-days',
          String(days),
          '-extfile',
          at('extensions'),
          '-out',
          at(`${name}.pem`),
        ],
      )
      return issued(name)
    },
    selfSigned() {
      count += 1
      ownCertificate(`own-${count}`, '/CN=localhost')
      return issued(`own-${count}`)
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
