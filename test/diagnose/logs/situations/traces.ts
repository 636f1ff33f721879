import { at, clock, each, linesOf, merged, plain, type Situation, timed } from './situation.ts'

export const TRACES: readonly Situation[] = [
  {
    name: 'FastAPI does not start: pydantic misses a setting',
    lines: linesOf(`
INFO:     Started server process [1]
INFO:     Waiting for application startup.
Traceback (most recent call last):
  File "/app/main.py", line 7, in <module>
    settings = Settings()
               ^^^^^^^^^^
  File "/usr/local/lib/python3.12/site-packages/pydantic_settings/main.py", line 84, in __init__
    super().__init__(
pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings
database_url
  Field required [type=missing, input_value={}, input_type=dict]
    For further information visit https://errors.pydantic.dev/2.5/v/missing`),
    first: { kind: 'error', class: 'missing-variable', count: 1, fields: { variable: 'DATABASE_URL' } },
  },
  {
    name: 'Django cannot reach its database, chained exceptions under gunicorn',
    lines: merged(
      timed(0, 600, 5, (s) => `[${plain(s)} +0000] [9] [INFO] "GET /health HTTP/1.1" 200`),
      timed(
        300,
        600,
        30,
        (s) => `[${plain(s)} +0000] [9] [ERROR] Error handling request /api/orders
Traceback (most recent call last):
  File "/usr/local/lib/python3.11/site-packages/django/db/backends/base/base.py", line 289, in ensure_connection
    self.connect()
psycopg2.OperationalError: connection to server at "db" (172.18.0.2), port 5432 failed: Connection refused
	Is the server running on that host and accepting TCP/IP connections?


The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/orders/views.py", line 31, in get
    orders = list(Order.objects.all())
django.db.utils.OperationalError: connection to server at "db" (172.18.0.2), port 5432 failed: Connection refused
	Is the server running on that host and accepting TCP/IP connections?
`,
      ),
    ),
    first: {
      kind: 'error',
      class: 'connection-refused',
      fields: { host: 'db', port: 5432 },
      count: 10,
      since: at(300) as never,
      until: at(570) as never,
    },
  },
  {
    name: 'a Python trace with a request of another thread in its midst',
    lines: linesOf(`
Traceback (most recent call last):
  File "/app/worker.py", line 3, in <module>
INFO:     10.0.0.9:51310 - "GET /health HTTP/1.1" 200 OK
    import cryptography
INFO:     10.0.0.9:51311 - "GET /health HTTP/1.1" 200 OK
ModuleNotFoundError: No module named 'cryptography'
INFO:     10.0.0.9:51312 - "GET /health HTTP/1.1" 200 OK`),
    first: { kind: 'error', class: 'missing-module', count: 1, fields: { module: 'cryptography' } },
  },
  {
    name: 'Spring Boot: the innermost of four causes',
    lines: linesOf(`
2026-01-15T14:00:01.000Z  INFO 1 --- [           main] com.example.App                          : Starting App v1.4.2 using Java 21 with PID 1
2026-01-15T14:00:04.000Z  WARN 1 --- [           main] ConfigServletWebServerApplicationContext : Exception encountered during context initialization - cancelling refresh attempt: org.springframework.beans.factory.BeanCreationException: Error creating bean with name 'entityManagerFactory'
2026-01-15T14:00:05.000Z ERROR 1 --- [           main] o.s.boot.SpringApplication               : Application run failed

org.springframework.beans.factory.BeanCreationException: Error creating bean with name 'entityManagerFactory' defined in class path resource: Unable to build Hibernate SessionFactory
	at org.springframework.beans.factory.support.AbstractAutowireCapableBeanFactory.initializeBean(AbstractAutowireCapableBeanFactory.java:1786)
	at com.example.App.main(App.java:12)
Caused by: jakarta.persistence.PersistenceException: [PersistenceUnit: default] Unable to build Hibernate SessionFactory
	at org.springframework.orm.jpa.AbstractEntityManagerFactoryBean.buildNativeEntityManagerFactory(AbstractEntityManagerFactoryBean.java:421)
	... 17 common frames omitted
Caused by: org.hibernate.exception.JDBCConnectionException: unable to obtain isolated JDBC connection
	... 24 common frames omitted
Caused by: org.postgresql.util.PSQLException: FATAL: password authentication failed for user "shop"
	at org.postgresql.core.v3.ConnectionFactoryImpl.doAuthentication(ConnectionFactoryImpl.java:693)
	... 33 common frames omitted`),
    first: { kind: 'error', class: 'authentication-failed', fields: { user: 'shop' }, count: 1 },
  },
  {
    name: 'HikariPool exhausted under load',
    lines: merged(
      timed(
        0,
        900,
        2,
        (s) =>
          `${plain(s)}.123  INFO 1 --- [nio-8080-exec-${s % 9}] c.e.shop.OrderController : order ${s * 13} placed in ${20 + (s % 40)} ms`,
      ),
      timed(
        400,
        900,
        4,
        (
          s,
        ) => `${plain(s)}.456  WARN 1 --- [nio-8080-exec-${s % 9}] o.h.engine.jdbc.spi.SqlExceptionHelper : SQL Error: 0, SQLState: null
${plain(s)}.456 ERROR 1 --- [nio-8080-exec-${s % 9}] o.h.engine.jdbc.spi.SqlExceptionHelper : HikariPool-1 - Connection is not available, request timed out after 30000ms (total=10, active=10, idle=0, waiting=${3 + (s % 20)})`,
      ),
    ),
    first: { kind: 'error', class: 'pool-exhausted', count: 125, since: at(400.456) as never },
    says: /10/,
  },
  {
    name: 'Node: an unhandled rejection with a cause',
    lines: linesOf(`
Server listening on http://0.0.0.0:3000
/app/node_modules/pg-pool/index.js:45
    Error.captureStackTrace(err)
          ^

Error: getaddrinfo ENOTFOUND postgres
    at /app/node_modules/pg-pool/index.js:45:11
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
    at async start (/app/server.js:18:3) {
  errno: -3008,
  code: 'ENOTFOUND',
  syscall: 'getaddrinfo',
  hostname: 'postgres'
}

Node.js v20.11.0`),
    first: { kind: 'error', class: 'name-not-resolved', fields: { host: 'postgres' }, count: 1 },
  },
  {
    name: 'Node: AggregateError of refused connections on both families',
    lines: linesOf(`
node:internal/process/promises:288
            triggerUncaughtException(err, true /* fromPromise */);
            ^

AggregateError [ECONNREFUSED]: 
    at internalConnectMultiple (node:net:1117:18)
    at afterConnectMultiple (node:net:1684:7) {
  code: 'ECONNREFUSED',
  [errors]: [
    Error: connect ECONNREFUSED ::1:6379
        at createConnectionError (node:net:1647:14) {
      errno: -111,
      code: 'ECONNREFUSED',
      syscall: 'connect',
      address: '::1',
      port: 6379
    },
    Error: connect ECONNREFUSED 127.0.0.1:6379
        at createConnectionError (node:net:1647:14) {
      address: '127.0.0.1',
      port: 6379
    }
  ]
}`),
    first: { kind: 'error', class: 'connection-refused', fields: { port: 6379 } },
  },
  {
    name: 'Go: nil pointer panic after healthy lines',
    lines: linesOf(`
time="2026-01-15T14:00:00Z" level=info msg="listening" addr=:8080
time="2026-01-15T14:00:10Z" level=info msg="request" path=/v1/jobs status=200
panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x6d2e3a]

goroutine 34 [running]:
main.(*Server).handleJob(0x0, {0x8f3c60, 0xc0001a4000})
	/src/server.go:112 +0x1a
net/http.HandlerFunc.ServeHTTP(0x0?, {0x8f3c60?, 0xc0001a4000?}, 0x0?)
	/usr/local/go/src/net/http/server.go:2136 +0x29
created by net/http.(*Server).Serve in goroutine 1
	/usr/local/go/src/net/http/server.go:3086 +0x5cb
exit status 2`),
    first: { kind: 'error', class: 'program-fault', count: 1 },
    says: /nil pointer/,
  },
  {
    name: 'Go: concurrent map writes',
    lines: linesOf(`
fatal error: concurrent map writes

goroutine 77 [running]:
main.(*Cache).Set(...)
	/src/cache.go:31
main.worker(0xc000010000)
	/src/main.go:90 +0x85`),
    first: { kind: 'error', count: 1 },
    says: /concurrent map writes/,
  },
  {
    name: '.NET: inner exceptions under the console logger',
    lines: linesOf(`
info: Microsoft.Hosting.Lifetime[14]
      Now listening on: http://[::]:8080
fail: Microsoft.EntityFrameworkCore.Database.Connection[20004]
      An error occurred using the connection to database 'shop' on server 'tcp://sql:5432'.
fail: Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware[1]
      An unhandled exception has occurred while executing the request.
      System.InvalidOperationException: An exception has been raised that is likely due to a transient failure.
       ---> Npgsql.NpgsqlException (0x80004005): Failed to connect to 172.20.0.4:5432
       ---> System.Net.Sockets.SocketException (111): Connection refused
         at System.Net.Sockets.Socket.AwaitableSocketAsyncEventArgs.ThrowException(SocketError error, CancellationToken cancellationToken)
         --- End of inner exception stack trace ---
         at Npgsql.Internal.NpgsqlConnector.Connect(NpgsqlTimeout timeout)`),
    first: { kind: 'error', class: 'connection-refused', fields: { host: '172.20.0.4', port: 5432 } },
  },
  {
    name: 'Rails: a NameError in production.log',
    lines: [
      ...each(
        0,
        300,
        3,
        (s) =>
          `I, [2026-01-15T${clock(s)}.000001 #7]  INFO -- : [req-${s}] Completed 200 OK in ${20 + (s % 17)}ms (Views: 3.1ms | ActiveRecord: 4.0ms)`,
      ),
      ...linesOf(`
F, [2026-01-15T14:05:00.000001 #7] FATAL -- : [req-9] ActiveRecord::StatementInvalid (PG::UndefinedColumn: ERROR:  column users.plan does not exist
LINE 1: SELECT "users"."plan" FROM "users"
               ^
):
app/models/user.rb:12:in \`plan_name'
app/controllers/users_controller.rb:8:in \`show'`),
    ],
    first: {
      kind: 'error',
      class: 'sql-error',
      fields: { column: 'users.plan' },
      count: 1,
      since: at(300) as never,
    },
  },
  {
    name: 'Rust: a panic for want of a setting',
    lines: linesOf(`
thread 'main' panicked at src/config.rs:12:47:
DATABASE_URL must be set: NotPresent
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace`),
    first: { kind: 'error', class: 'missing-variable', fields: { variable: 'DATABASE_URL' }, count: 1 },
  },
  {
    name: 'ZooKeeper: the exception right below the warning that names the address',
    lines: each(
      0,
      200,
      4,
      (
        s,
      ) => `${plain(s)},747 - INFO  [NIOServerCxn.Factory:0.0.0.0/0.0.0.0:2181:NIOServerCnxnFactory@197] - Accepted socket connection from /10.10.34.11:${40_000 + s}
${plain(s)},900 - WARN  [QuorumPeer[myid=1]/0:0:0:0:0:0:0:0:2181:QuorumCnxManager@382] - Cannot open channel to 3 at election address /10.10.34.13:3888
java.net.ConnectException: Connection refused
\tat java.net.PlainSocketImpl.socketConnect(Native Method)
\tat java.lang.Thread.run(Thread.java:745)`,
    ),
    first: {
      kind: 'error',
      class: 'connection-refused',
      fields: { host: '10.10.34.13', port: 3888 },
      count: 50,
    },
  },
  {
    name: 'Rust: a panic because of a port in use',
    lines: linesOf(`
2026-01-15T14:00:00.100000Z  INFO app: starting version="0.3.1"
thread 'main' panicked at src/main.rs:41:10:
called \`Result::unwrap()\` on an \`Err\` value: Os { code: 98, kind: AddrInUse, message: "Address in use" }
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace`),
    first: { kind: 'error', class: 'port-in-use', count: 1 },
  },
  {
    name: 'PHP-FPM runs out of its memory limit and of children',
    lines: merged(
      timed(0, 600, 20, (s) => `[15-Jan-2026 ${clock(s)}] NOTICE: [pool www] child ${100 + s} started`),
      timed(
        200,
        600,
        10,
        (s) =>
          `[15-Jan-2026 ${clock(s)}] WARNING: [pool www] server reached pm.max_children setting (5), consider raising it`,
      ),
    ),
    first: {
      kind: 'error',
      class: 'pool-exhausted',
      fields: { limit: 5 },
      count: 40,
      since: at(200) as never,
    },
  },
]
