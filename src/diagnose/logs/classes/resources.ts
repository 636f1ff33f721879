import type { LogClass } from './class.ts'

/** What a machine has no more of, or what of it is broken. */
export const RESOURCE_CLASSES: readonly LogClass[] = [
  {
    class: 'oom-killed',
    at: 'any',
    expression:
      /(?:(?:Memory cgroup )?out of memory: )?\bKill(?:ed)? process (?<pid>\d{1,8})[ ,]{1,2}\(?(?<process>[\w./-]{1,60})?|OOMKilled|A process of this unit has been killed by the OOM killer/i,
  },
  {
    class: 'gpu-failed',
    at: 'any',
    expression:
      /NVRM: Xid \((?<gpu>[\w:.]{1,40})\): (?<xid>\d{1,4})|GPU has fallen off the bus|no compatible GPUs were discovered|cuda driver library init failure|CUDA error: (?:no CUDA-capable device|an illegal memory access|unspecified launch failure|device-side assert)|Failed to initialize NVML|CUDA driver version is insufficient|could not select device driver .{0,40}capabilities: \[\[gpu|nvidia-container-cli: .{0,80}error|amdgpu.{0,60}(?:GPU reset|ring \w{1,20} timeout)/,
  },
  {
    class: 'disk-failing',
    at: 'any',
    expression:
      /I\/O error,? (?:on )?dev(?:ice)? (?<device>[\w-]{1,20})|EXT4-fs error \(device (?<device>[\w-]{1,20})\)|Buffer I\/O error on dev(?:ice)? (?<device>[\w-]{1,20})|(?<device>nvme\d{1,3}): .{0,40}(?:controller is down|timeout, (?:aborting|reset))|\bataN?\d{1,3}.{0,30}failed command|Unrecovered read error|Input\/output error|\bEIO\b/,
  },
  {
    class: 'disk-full',
    expression:
      /No space left on device|ENOSPC|StorageFull|disk (?:is )?full\b|disk quota exceeded|not enough (?:free )?(?:disk )?space|database or disk is full|disk (?:resource limit alarm set|usage exceeded flood-stage)|(?:flood stage|high) disk watermark|must evict pod\(s\) to reclaim" resourceName="(?:ephemeral-storage|nodefs|imagefs)/i,
  },
  {
    class: 'read-only-filesystem',
    at: 'any',
    expression: /[Rr]ead-only file ?system|EROFS|Remounting filesystem read-only/,
  },
  {
    class: 'corrupted',
    expression:
      /invalid page in block \d|checksum (?:mismatch|verification failed|error)|database disk image is malformed|Bad file format reading the append only file|could not read block \d{1,12} in file|invalid checkpoint record|page verification failed|index "[\w.]{1,80}" (?:is corrupted|contains unexpected)|WRONGFORMAT|corrupt(?:ed|ion) (?:detected|record|data|page|block)/i,
  },
  { class: 'too-many-open-files', expression: /too many open files|\bEMFILE\b|\bENFILE\b/i },
  {
    class: 'out-of-memory',
    expression:
      /JavaScript heap out of memory|java\.lang\.OutOfMemoryError(?:: (?<space>[\w ]{1,40}))?|\bMemoryError\b|Cannot allocate memory|\bENOMEM\b|CUDA (?:error: )?out of memory|cudaMalloc failed: out of memory|OOM command not allowed|std::bad_alloc|System\.OutOfMemoryException|out of shared memory|(?<!Perhaps )\bout of memory\b|memory resource limit alarm set|must evict pod\(s\) to reclaim" resourceName="memory|Allowed memory size of (?<limit>\d{1,15}) bytes exhausted|runtime: cannot allocate|requires more system memory \((?<needed>[\d.]{1,10} [KMGT]iB)\) than is available/i,
  },
  {
    class: 'crash-signal',
    at: 'any',
    expression:
      /(?:server process|checkpointer process|worker|child|process).{0,60}?(?:was )?(?:terminated by|killed by|exited on) signal:? ?(?<signal>SIG[A-Z]{2,6}|\d{1,2})\b|Worker \(pid:(?<pid>\d{1,8})\) was sent (?<signal>SIGSEGV|SIGABRT)|\bsegfault at|core[- ]dump(?:ed)?\b|code=dumped|code=killed, (?:status|signal)=(?<signal>\d{1,2}|[A-Z]{3,6})/i,
  },
  {
    class: 'crash-signal',
    expression:
      /(?:received signal|caught signal|signal|\[signal|fatal error: unexpected signal)[ :]{1,2}(?<signal>SIG(?:SEGV|ABRT|BUS|ILL|FPE|KILL|SYS|TRAP)|(?:4|6|7|8|9|11)\b(?=.{0,40}(?:fault|abort|segv|kill|dump)))|\b(?<signal>SIGSEGV|SIGABRT|SIGBUS|SIGILL)\b|segmentation fault/i,
  },
  {
    class: 'permission-denied',
    expression:
      /(?:EACCES|EPERM): (?:permission denied|operation not permitted),? \w{1,20} '(?<file>[^']{1,200})'|(?:open|mkdir|stat|unlink|rename|chown|touch|cannot (?:open|create|access))[: ]{1,2}(?:directory )?['"‘]?(?<file>\/[\w./@-]{1,200})['"’]?: [Pp]ermission denied|Permission denied: ?['"](?<file>[^'"]{1,200})|AccessDeniedException: (?<file>[\w./-]{1,200})|can't (?:create|open) '?(?<file>\/[\w./@-]{1,200})'?: Permission denied|could not (?:open|create|access) [\w ]{1,30}"(?<file>[^"]{1,200})": Permission denied/,
  },
  {
    class: 'permission-denied',
    expression:
      /permission denied for (?:table|relation|schema|sequence|function|database) "?(?<relation>[\w.]{1,80})/,
  },
  {
    class: 'permission-denied',
    expression:
      /[Pp]ermission denied|\bEACCES\b|\bEPERM\b|[Oo]peration not permitted|PermissionError|must be owner of/,
  },
  {
    class: 'missing-file',
    expression:
      /ENOENT: no such file or directory, \w{1,20} '(?<file>[^']{1,200})'|FileNotFoundError: .{0,40}?No such file or directory: '(?<file>[^']{1,200})'|(?:open|stat|read|cannot open|unable to open|lstat)\(?\)?:? ['"]?(?<file>\/[\w./@-]{1,200})['"]?:? (?:failed )?\(?(?:2: )?[Nn]o such file or directory|No such file or directory:? ['"]?(?<file>[\w./-]{1,200})|FileNotFoundException: (?<file>[\w./-]{1,200})|(?<file>\/[\w./@-]{2,200})["']?:? [Nn]o such file or directory/,
  },
  { class: 'missing-file', expression: /[Nn]o such file or directory|\bENOENT\b/ },
]
