import type { Piece } from './pieces.ts'
import { choose, type Fault, isCause, isName, isWord, replaced, unknownIn } from './planting.ts'

const INVENTED = [
  'payments',
  'kafka-1',
  'redis',
  'nginx',
  'scheduler',
  'ledger-db',
  'worker-99',
  'telemetry',
  'cache_proxy',
  'orders',
  'mongo',
  'cart-service',
]

export const inventedContainer: Fault = ({ pieces }, { report }, random) => {
  const piece = choose(pieces, isName, random)
  const invented = random.pick(INVENTED)
  if (!piece || JSON.stringify(report).toLowerCase().includes(invented)) return null
  return replaced(
    pieces,
    piece,
    random.pick([
      `container ${invented}`,
      `\`${invented}\``,
      `the ${invented} container`,
      `the container \`${invented}\``,
    ]),
  )
}

export const inventedSetting: Fault = (_, situation, random) => {
  const setting = random.pick([
    'effective_cache_size',
    'work_mem',
    'max_wal_size',
    'OLLAMA_CONCURRENT_REQUESTS',
    'vm.swappiness',
    'net.core.somaxconn',
    'innodb_buffer_pool_size',
    'maxmemory-policy',
    'random_page_cost',
  ])
  if (!unknownIn(setting, situation)) return null
  return [
    random.pick([
      `Set ${setting} higher.`,
      `\`${setting}\` is too low.`,
      `The setting ${setting} should be raised.`,
      `Raising ${setting} would help the database.`,
      `It helps to change \`${setting}\` first.`,
    ]),
  ]
}

export const inventedModel: Fault = (_, situation, random) => {
  const model = random.pick(['llama3.1:70b', 'mistral-small', 'qwen3:32b', 'gemma3', 'deepseek-r1', 'phi-4'])
  if (!unknownIn(model, situation)) return null
  return [
    random.pick([
      `The model ${model} is loaded on the CPU.`,
      `${model} fills the memory of the GPU.`,
      `Ollama keeps ${model} in memory.`,
      `Unload \`${model}\` to free memory.`,
    ]),
  ]
}

export const inventedCommand: Fault = (_, situation, random) => {
  const command = random.pick([
    'docker system prune -a',
    'kubectl rollout restart',
    'systemctl restart docker',
    'VACUUM FULL',
    'echo 3 > /proc/sys/vm/drop_caches',
    'sudo reboot',
    'rm -rf /var/lib/docker',
    'swapoff -a',
    'pip install torch',
  ])
  if (!unknownIn(command, situation)) return null
  return [
    random.pick([
      `Run \`${command}\` first.`,
      `Then run ${command} on the host.`,
      `The command ${command} frees what is needed.`,
    ]),
  ]
}

export const percentOfNothing: Fault = (_, __, random) => {
  const gain = `${random.integer(11, 79)}${random.pick(['%', ' %', ' percent'])}`
  return [
    random.pick([
      `This will make queries ${gain} faster.`,
      `Performance improves by ${gain}.`,
      `Expect throughput to rise by ${gain}.`,
      `Response times drop by ${gain} after this change.`,
      `It saves ${gain} of the cost.`,
      `Users will see ${gain} fewer errors.`,
      `The change brings a gain of ${gain}.`,
    ]),
  ]
}

export const reversed: Fault = ({ pieces }, _, random) => {
  const piece = choose(pieces, isWord, random)
  return piece ? replaced(pieces, piece, piece.opposite) : null
}

const CAUSES = [
  'a network outage',
  'a failing disk',
  'a memory leak in the kernel',
  'an expired certificate',
  'a DNS failure',
  'a bug in the driver',
  'a traffic spike',
  'somebody changed the firewall',
  'an overheating CPU',
  'a power cut',
  'a bad deployment yesterday',
  'lock contention',
  'a missing index',
  'a denial-of-service attack',
  'cosmic rays',
  'the garbage collector',
  'a stuck backup job',
]

export const inventedCause: Fault = ({ pieces }, situation, random) => {
  const piece = choose(pieces, isCause, random)
  const invented = random.pick(CAUSES)
  const words = invented.split(' ').filter((word) => word.length > 3)
  if (!piece || words.some((word) => !unknownIn(word, situation) && words.length < 3)) return null
  const text = textAround(pieces, piece)
  return [
    random.pick([
      `${text} because of ${invented}.`,
      `${text} due to ${invented}.`,
      `The cause is ${invented}.`,
      `${text}, caused by ${invented}.`,
      `${text}. The root cause is ${invented}.`,
      `${invented.charAt(0).toUpperCase()}${invented.slice(1)} is why ${text}.`,
    ]),
  ]
}

const textAround = (pieces: readonly Piece[], cause: Piece): string => {
  const at = pieces.indexOf(cause)
  const before = pieces.slice(0, at).join('')
  const text = /^Because/.test(before) ? pieces.slice(at + 1).join('') : before
  return text
    .replace(/^, /, '')
    .replace(/,? because $|\. The reason is that $/, '')
    .replace(/\.$/, '')
}

export const contradictedCause: Fault = ({ pieces }, { report, snapshot }, random) => {
  const piece = choose(pieces, isCause, random)
  if (!piece) return null
  const others = report.findings.filter(
    ({ rule, target, rootCause }) =>
      rule !== piece.finding.rule &&
      target.name !== piece.finding.target.name &&
      rootCause !== piece.finding.rootCause,
  )
  if (others.length === 0) return null
  const other =
    random
      .pick(others)
      .rootCause.split(/(?<=[.!?])\s/)[0]
      ?.replace(/\.$/, '') ?? ''
  if (other.length > 160) return null
  // That it ended so too may be just what its own line in the table says.
  const own = snapshot.containers.find(({ name }) => name === piece.finding.target.name)
  if (own && other.includes(`exit code ${own.exitCode}`)) return null
  return replaced(pieces, piece, other.charAt(0).toLowerCase() + other.slice(1))
}
