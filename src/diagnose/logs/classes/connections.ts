import type { LogClass } from './class.ts'

/** What goes wrong between two programs. The address is found apart, in whatever form it stands. */
export const CONNECTION_CLASSES: readonly LogClass[] = [
  {
    class: 'certificate-expired',
    expression:
      /certificate (?:has |is )?expired(?: on (?<expired>[\w:. -]{6,40}))?|CERT_HAS_EXPIRED|certificate has expired or is not yet valid|CertificateExpiredException|NotAfter: [A-Z]|certificate is not yet valid/i,
  },
  {
    class: 'tls-failed',
    expression:
      /CERTIFICATE_VERIFY_FAILED|self[- ]signed certificate|SSLHandshakeException|UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT)|x509: |PKIX path building failed|ERR_TLS_CERT_ALTNAME_INVALID|TLS handshake (?:error|failed|timeout)|SSL routines:|SSL_do_handshake\(\) failed|tls: (?:bad certificate|handshake failure|unknown certificate)|wrong version number/,
  },
  {
    class: 'write-refused',
    expression:
      /MISCONF Redis is configured to save|READONLY You can't write against a read only|cannot execute [A-Z ]{3,40} in a read-only transaction|NOREPLICAS Not enough good replicas|CLUSTERDOWN|index \[?[\w-]{1,80}\]? blocked by: .{0,60}read-only/,
  },
  {
    class: 'too-many-connections',
    expression:
      /sorry, too many clients already|remaining connection slots are reserved|\btoo many connections\b|max(?:imum)? number of clients reached|too many connections for (?:role|database) "(?<user>[\w.-]{1,60})"|(?:SQLSTATE|code)["'\s:=[(]{1,4}53300\b|ER_CON_COUNT_ERROR|no more connections allowed/i,
  },
  {
    class: 'pool-exhausted',
    expression: /QueuePool limit of size (?<limit>\d{1,6}) overflow (?<overflow>\d{1,6})/,
  },
  {
    class: 'pool-exhausted',
    expression:
      /(?<limit>\d{1,7}) worker_connections are not enough|server reached pm\.max_children setting \((?<limit>\d{1,6})\)|server reached MaxRequestWorkers|Connection is not available, request timed out after \d{1,9}ms(?: \(total=(?<limit>\d{1,6}))?|query_wait_timeout|no more connections allowed \(max_client_conn\)/,
  },
  {
    class: 'pool-exhausted',
    expression:
      /pool (?:is |was )?(?:exhausted|full)\b|pool timeout|pool timed out|pool (?:error: )?(?:Timeout|timeout) |timeout (?:exceeded )?(?:when )?trying to connect|timeout acquiring (?:a )?connection|timed out (?:while )?(?:waiting for|fetching|acquiring) (?:a )?(?:new )?(?:\w{1,20} )?(?:connection|client)|(?:failed to|unable to|could not|cannot|can't) (?:get|acquire|obtain|check ?out) (?:a |any |new ){0,2}(?:\w{1,20} )?(?:connection|client)|ResourceRequest timed out|Timed out fetching a new connection|no available connections|PoolTimeout|cannot get a connection|knex: timeout acquiring|RejectedExecutionException|thread pool (?:is )?(?:exhausted|full)/i,
  },
  {
    class: 'rate-limited',
    expression:
      /rate[- ]limit(?:ed|ing|er)?\b[^\n]{0,30}(?:reached|exceeded|hit|error)|rate[- ]limited\b|too many requests|RateLimitError|\bthrottled\b|ThrottlingException|TooManyRequestsException|limiting requests, excess|quota exceeded|RESOURCE_EXHAUSTED|(?:status|code|HTTP|answered)[ :=/"]{1,3}(?:1\.1 )?429\b/i,
  },
  {
    class: 'name-not-resolved',
    expression:
      /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?<host>[\w.-]{1,200})|could not translate host name ["'](?<host>[\w.-]{1,200})["']|UnknownHostException: (?<host>[\w.-]{1,200})|lookup (?<host>[\w.-]{1,200})(?: on [\d.:]{1,40})?: (?:no such host|server misbehaving|.{0,60}?(?:no such host|i\/o timeout))|host not found in upstream ["'](?<host>[\w.-]{1,200})|[Cc]ould not resolve host:? (?<host>[\w.-]{1,200})|Failed to resolve ['"](?<host>[\w.-]{1,200})|(?<host>[\w.-]{1,200}) could not be resolved|bad address ['"](?<host>[a-zA-Z][\w.-]{0,200})|NameResolutionError/,
  },
  {
    class: 'name-not-resolved',
    expression:
      /(?:Name or service not known|Temporary failure in name resolution|nodename nor servname provided|Name does not resolve|gaierror|NXDOMAIN|No address associated with hostname)(?:[^\n]{0,20}?: (?<host>[a-z][\w-]{0,60}(?:\.[\w-]{1,60}){0,8})\b)?/i,
  },
  {
    class: 'connection-refused',
    expression:
      /connection (?:was )?refused|ECONNREFUSED|ConnectionRefused|Connect call failed|actively refused|Broker may not be available|Failed to connect to [\w./-]{1,100} port \d{1,5}|No connection could be made/i,
  },
  {
    class: 'upstream-failed',
    expression:
      /upstream (?:timed out|prematurely closed|server temporarily disabled)|no live upstreams|upstream connect error|no healthy upstream|\bBad Gateway\b|Gateway Time-?out|\b50[234] (?:Bad|Service|Gateway)|has no server available|\bis DOWN, reason|upstream[^\n]{0,40}?\b50[234]\b/i,
  },
  {
    class: 'connection-reset',
    expression:
      /ECONNRESET|connection reset(?: by peer)?|broken pipe|\bEPIPE\b|server closed the connection unexpectedly|socket hang up|unexpected EOF on client connection|Connection aborted|Lost connection to (?:MySQL|backend) server|terminating connection due to|RemoteDisconnected|connection was forcibly closed/i,
  },
  {
    class: 'unreachable',
    expression:
      /EHOSTUNREACH|ENETUNREACH|no route to host|network is unreachable|host is unreachable|EHOSTDOWN/i,
  },
  {
    class: 'authentication-failed',
    expression:
      /authentication failure;[^\n]{0,160}?rhost=(?<client>[\w.:-]{1,100})(?:\s{1,4}user=(?<user>[\w.-]{1,64}))?|password authentication failed for user ["'](?<user>[^"']{1,64})["']|Access denied for user '?(?<user>[\w.-]{1,64})|Failed password for (?:invalid user )?(?<user>[\w.-]{1,64}) from (?<client>[\da-fA-F.:]{3,45})|Invalid user (?<user>[\w.-]{0,64}) from (?<client>[\da-fA-F.:]{3,45})|no pg_hba\.conf entry for host "(?<client>[\da-fA-F.:]{3,45})"(?:, user "(?<user>[^"]{1,64})")?|role "(?<user>[\w.-]{1,64})" does not exist/,
  },
  {
    class: 'authentication-failed',
    expression:
      /\bWRONGPASS\b|\bNOAUTH\b|authentication (?:fail(?:ed|ure)|error)|error authenticating|failed to authenticate|invalid (?:credentials|api[ _-]?key|access token|username or password|grant)|\b28P01\b|JWT expired|token (?:has |is )?expired|signature (?:has expired|verification failed)|invalid_grant|invalid_auth\b|login failed|bad credentials|could not validate credentials|unauthorized: |InvalidSignature|TokenExpiredError|ExpiredSignatureError|PERMISSION_DENIED|\b401 Unauthorized\b/i,
  },
  {
    class: 'timeout',
    expression:
      /ETIMEDOUT|ESOCKETTIMEDOUT|\btimed[ -]out\b|TimeoutError|TimeoutException|ReadTimeout|ConnectTimeout|deadline exceeded|context deadline|TimeLimitExceeded|\btimeout (?:exceeded|expired|error|of \d|reached|after|waiting|awaiting|while|occurred)|(?:request|connection|read|write|connect|socket|gateway|operation|query|i\/o|WORKER) timeout(?: \(pid|\b(?![\w=:_-]))/i,
  },
  { class: 'timeout', at: 'warning', expression: /\btime-?out\b/i },
]
