/**
 * What goes wrong in machines, and what runs on them, one group a line: who speaks of one claims something. It has to
 * be spoken of in the report in the same words or in others of the group.
 */
const GROUPS: readonly RegExp[] = [
  // What goes wrong.
  /\bnetwork\w*|\bconnectivity|\bpacket (?:loss|drops?)|\bpackets?\b/i,
  /\bdns\b|\bname resolution|\bresolv(?:er|e host)/i,
  /\bfirewalls?\b|\biptables\b/i,
  /\bcertificates?\b|\btls\b|\bssl\b|\bx509\b/i,
  /\bleak\w*/i,
  /\bdeadlock\w*/i,
  /\battack\w*|\bmalware|\bintrusion|\bhack\w*|\bexploit\w*|\bddos\b|\bransomware/i,
  /\bhardware|\bfaulty|\bdefective|\bbroken (?:disk|memory|cable|fan)/i,
  /\bkernel\b/i,
  /\bpanic\w*/i,
  /\boverheat\w*|\bthermal|\btoo hot|\bheat\b/i,
  /\bpower (?:supply|outage|cut|loss|failure)|\bblackout|\bbattery/i,
  /\bswap(?:ping|ped)\b|\bthrash\w*/i,
  /\bgarbage collect\w*|\bheap\b/i,
  /\brace conditions?\b/i,
  /\btime[ds]?[ -]?outs?\b|\btimed out\b/i,
  /\btraffic\b|\bspikes?\b|\bsurges?\b|\bbursts?\b|\bload spike/i,
  /\bmisconfigur\w*/i,
  /\bfragment\w*|\bbloat\w*/i,
  /\bthrottl\w*|\bheld back/i,
  /\bout of memory|\boom\b|\bmemory pressure|\bfor want of memory|\bran out of memory/i,
  /\bdisk (?:is )?full|\bfull disk|\bno space|\bout of (?:disk )?space/i,
  /\bcorrupt\w*/i,
  /\bpermissions?\b|\bdenied\b|\bunauthori[sz]ed/i,
  /\bpassword|\bcredentials?|\bexpired?\b|\bexpir\w+/i,
  /\bdisk failure|\bfailing disk|\braid\b/i,
  /\bquery plan|\bmissing index|\bunused index\w*|\bindex(?:es)?\b|\bseq(?:uential)? scans?/i,
  /\bvacuum\w*|\bwraparound\b|\bdead tuples?/i,
  /\breplicat\w*|\breplica\b|\bfailover/i,
  /\block(?:s|ed|ing)?\b(?! (?:up|out))|\block contention/i,
  /\bcron ?jobs?\b|\bbackups?\b|\bdeploy(?:ed|ment|ments)?\b|\brollout|\bupgrade[ds]?\b|\bmigrations?\b/i,
  /\bvirus|\bmining|\bminer\b/i,
  /\bbug\b|\bregressions?\b/i,
  /\bhypervisor|\bnoisy neighbou?r|\bsteal\b/i,
  /\bthreads? (?:pool|exhaustion)|\bfile descriptors?|\bulimit/i,
  /\blatency|\bslow (?:disk|network|queries|query)/i,
  /\bdriver\b/i,
  /\bhuman error|\bmaintenance\b|\boperator error/i,
  /\bclock (?:skew|drift)|\bntp\b/i,
  /\bproxy\b|\bload balancer/i,
  /\bport (?:conflict|is (?:already )?(?:in use|taken))|\baddress already in use/i,
  /\bcpu (?:starvation|saturat\w+|exhaustion|contention)|\bsaturat\w+|\bcontention\b|\bexhaust\w+/i,
  /\bqueue\w*|\bbacklog/i,
  // What runs.
  ...(
    'redis|valkey nginx|openresty apache|httpd kafka rabbitmq mysql|mariadb mongo\\w* elastic\\w*|opensearch celery traefik ' +
    'haproxy|envoy grafana prometheus kubernetes|k8s|kubectl|pods? memcached minio|s3 consul|etcd keycloak gitlab jenkins airflow ' +
    'clickhouse cassandra zookeeper vault sidekiq|resque php|wordpress java|jvm|tomcat node\\.?js|npm|yarn golang rust django|flask|fastapi|rails ' +
    'llama\\S* mistral\\S*|mixtral\\S* gemma\\S* qwen\\S* phi[-\\d]\\S* deepseek\\S* gpt\\S* aws|azure|gcp|cloudflare systemd|systemctl ' +
    'pgbouncer supabase sqlite docker\\s?swarm|swarm terraform|ansible|helm podman lambda'
  )
    .split(' ')
    .map((names) => new RegExp(`\\b(?:${names})\\b`, 'i')),
  // Settings in plain words.
  /\bwork[ _]mem\w*/i,
  /\bshared[ _]buffers/i,
  /\bmax[ _]connections/i,
  /\beffective[ _]cache/i,
  /\bmax[ _]wal|\bwal\b|\bcheckpoint\w*/i,
  /\bautovacuum/i,
  /\bfsync\b/i,
  /\bconnection pool\w*|\bpool size|\bpooler\b/i,
  /\bhuge[ _]?pages/i,
  /\bswappiness\b/i,
  /\bkeep[ _]?alive\b/i,
  /\bcontext (?:length|window|size)\b/i,
]

/** The first thing that a text speaks of and the report does not. */
export function strangerIn(text: string, corpus: string): string | null {
  for (const group of GROUPS) {
    const said = group.exec(text)
    if (said && !group.test(corpus)) return said[0]
  }
  return null
}
