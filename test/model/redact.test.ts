import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact } from '../../src/model/redact.ts'

describe('redact', () => {
  it.each([
    [
      'postgres://app:hunter2@db:5432/shop?sslmode=disable',
      'postgres://app:***@db:5432/shop?sslmode=disable',
    ],
    ['redis://:p@ss/word@cache:6379/0 refused', 'redis://:***@cache:6379/0 refused'],
    ['POSTGRES_PASSWORD=hunter2 PGDATA=/data', 'POSTGRES_PASSWORD=*** PGDATA=/data'],
    ['{"user": "ann", "password": "cor\\"rect horse", "id": 7}', '{"user": "ann", "password": ***, "id": 7}'],
    ['payload={\\"api_key\\":\\"abc123\\"}', 'payload={\\"api_key\\":***'],
    ['Authorization: Bearer abc.def-123', 'Authorization: Bearer ***'],
    ["headers: {'authorization': 'Basic YW5uOnB3'}", "headers: {'authorization': 'Basic ***'}"],
    ['key AKIAIOSFODNN7EXAMPLE denied', 'key *** denied'],
    ['mysql --password hunter2 -h db', 'mysql --password *** -h db'],
    [
      '-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----\nnext',
      '[private key ***]\nnext',
    ],
    ['password="never closed', 'password=***'],
    ['SMTP_PASS=hunter2 DB_PASS: hunter3', 'SMTP_PASS=*** DB_PASS: ***'],
    ['curl -u admin:hunter2 http://api/', 'curl -u admin:*** http://api/'],
    ['https://a1b2c3d4e5f6@github.com/team/repo', 'https://***@github.com/team/repo'],
    [`key=AIza${'x'.repeat(35)} denied`, 'key=*** denied'],
    ['abc=\n-----END RSA PRIVATE KEY-----\nnext', '[private key ***]\nnext'],
    ["ALTER ROLE app WITH PASSWORD 'hunter2'", 'ALTER ROLE app WITH PASSWORD ***'],
    ["CREATE USER 'app'@'%' IDENTIFIED BY 'hunter2'", "CREATE USER 'app'@'%' IDENTIFIED BY ***"],
    ['AccountName=x;AccountKey=aGVsbG8gd29ybGQ=;Endpoint', 'AccountName=x;AccountKey=***;Endpoint'],
    ['GET /a?X-Amz-Signature=9f8e7d&X-Amz-Date=1', 'GET /a?X-Amz-Signature=***&X-Amz-Date=1'],
    ['redis-cli -h cache -a hunter2 ping', 'redis-cli -h cache -a *** ping'],
    ['mysqldump -u root -phunter2 shop', 'mysqldump -u root -p*** shop'],
    ['<password>hunter2</password>', '<password>***</password>'],
    ['the password is hunter2hunter', 'the password is ***'],
    ['next=%2F&password%3Dhunter2&x=1', 'next=%2F&password%3D***&x=1'],
    ['session=0123456789abcdef0123 expired', 'session=*** expired'],
  ])('hides the secret in %s', (text, expected) => {
    expect(redact(text)).toBe(expected)
  })

  it.each([
    'http://api:8080/users/@me answered 500',
    'prompt_tokens: 1200, max_tokens=4096',
    'FATAL: password authentication failed for user "app"',
    "ModuleNotFoundError: No module named 'app.auth.tokens'",
    'git@github.com:team/repo.git',
    'ssh://git@github.com/team/repo',
    '12 tests pass, 1 fails',
    'exit code=137, session=42 closed',
    'AUTH failed for user app: the password is wrong',
  ])('leaves what a diagnosis needs: %s', (text) => {
    expect(redact(text)).toBe(text)
  })

  const word = fc.stringMatching(/^[A-Za-z0-9_.~-]{12,40}$/)
  const shapes: [string, (secret: string) => string][] = [
    ['URL', (secret) => `amqp://worker:${secret}@mq:5672/jobs`],
    ['assignment', (secret) => `export DB_PASSWORD=${secret}; run`],
    ['JSON', (secret) => JSON.stringify({ client_secret: secret, retries: 3 })],
    ['YAML', (secret) => `token: ${secret}\nport: 80`],
    ['header', (secret) => `> Authorization: Bearer ${secret}`],
    ['cookie', (secret) => `Set-Cookie: session=${secret}; HttpOnly`],
    ['Slack', (secret) => `xoxb-${secret.replace(/[_.~]/g, '0')}`],
    ['Slack app', (secret) => `xapp-1-${secret.replace(/[_.~]/g, '0')}`],
    ['GitHub', (secret) => `ghp_${secret.replace(/[^A-Za-z0-9]/g, 'x').padEnd(36, 'x')}`],
    ['JWT', (secret) => `eyJhbGciOi.eyJzdWIiOi.${secret.replace(/[.~]/g, '0')}`],
    ['webhook of Discord', (secret) => `https://discord.com/api/webhooks/12/${secret.replace(/[.~]/g, '0')}`],
    ['statement', (secret) => `ALTER USER app PASSWORD '${secret}'`],
    ['XML', (secret) => `<soap:Password>${secret}</soap:Password>`],
    ['signed URL', (secret) => `https://x.blob.core.windows.net/a?sv=1&sig=${secret}`],
    ['key block', (secret) => `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`],
  ]

  it.each(shapes)('lets no secret of the shape %s remain, whatever stands around it', (_, shape) => {
    const around = fc.constantFrom('', ' ', '\n', 'error: ', '{"log":"', '[api] ')
    fc.assert(
      fc.property(word, around, around, (secret, before, after) => {
        const shown = shape(secret).match(/[A-Za-z0-9_.~-]{12,}/g) ?? []
        const hidden = shown.filter((part) => part.includes(secret.slice(0, 6)))
        const result = redact(`${before}${shape(secret)}${after}`)
        for (const part of [secret, ...hidden]) expect(result).not.toContain(part)
      }),
    )
  })

  it('never throws, and changes nothing the second time', () => {
    const pieces = fc.constantFrom(
      'password',
      '=',
      ': ',
      '"',
      "'",
      '\\',
      '://',
      '@',
      ':',
      'token',
      'Bearer ',
      'authorization: ',
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
      'xoxb-',
      'a',
      '1/',
      ' ',
      '\n',
      '--secret ',
      'cookie: ',
      '***',
      ',',
      'eyJaaaaaa.eyJaaaaaa.',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (any) => {
        const once = redact(any)
        expect(redact(once)).toBe(once)
      }),
      { numRuns: 3000 },
    )
  })

  it.each([
    ['one word', 'a'.repeat(300_000)],
    ['dots and dashes', 'a-.'.repeat(100_000)],
    ['the word password', 'password'.repeat(40_000)],
    ['openings of keys', '-----BEGIN PRIVATE KEY-----'.repeat(10_000)],
    ['beginnings of URLs', 'a://b:'.repeat(50_000)],
    ['dashes', '-'.repeat(300_000)],
    ['spaces', `password=${' '.repeat(300_000)}`],
    ['quotes', 'token="'.repeat(40_000)],
  ])('takes no longer over a long text of %s', (_, text) => {
    const begun = performance.now()
    redact(text)
    expect(performance.now() - begun).toBeLessThan(2000)
  })
})
