import type { LogClass } from './class.ts'

/** What keeps a program from starting: things that are missing, wrong or taken. */
export const START_CLASSES: readonly LogClass[] = [
  {
    class: 'missing-module',
    expression:
      /(?:ModuleNotFoundError|ImportError)(?:: |\b.{0,20}?)No module named ['"]?(?<module>[\w.]{1,120})/,
  },
  {
    class: 'missing-module',
    expression:
      /(?:Cannot find (?:module|package)|ERR_MODULE_NOT_FOUND[^'"]{0,80}) ['"](?<module>[^'"]{1,200})['"]/,
  },
  { class: 'missing-module', expression: /cannot load such file -- (?<module>[\w./-]{1,200})/ },
  { class: 'missing-module', expression: /ImportError: cannot import name ['"](?<module>[\w.]{1,120})['"]/ },
  {
    class: 'missing-module',
    expression: /PHP Fatal error: .{0,80}Class ["'](?<module>[\w\\]{1,200})["'] not found/,
  },
  {
    class: 'missing-library',
    expression:
      /error while loading shared libraries: (?<library>[\w.+-]{1,120})|(?<library>lib[\w.+-]{1,120}\.so[\w.]{0,20}): cannot open shared object file/,
  },
  { class: 'missing-library', expression: /Could not load file or assembly '(?<library>[^',]{1,200})/ },
  {
    class: 'missing-library',
    expression: /version [`'"](?<library>GLIBC(?:XX)?_[\d.]{1,12})['"] not found/,
  },
  {
    class: 'missing-class',
    expression: /(?:ClassNotFoundException|NoClassDefFoundError)(?:: |\(["'])(?<class_name>[\w./$-]{1,200})/,
  },
  {
    class: 'missing-variable',
    expression:
      /[Mm]issing (?:required )?(?:environment|env)(?:ironment)? var(?:iable)?s?:? ['"`]?(?<variable>[A-Z][A-Z0-9_]{1,80})|(?:environment|env) var(?:iable)? ['"`]?(?<variable>[A-Z][A-Z0-9_]{1,80})['"`]? (?:is )?(?:not set|missing|required|undefined|must be|not defined)|KeyError: '(?<variable>[A-Z][A-Z0-9]{0,80}_[A-Z0-9_]{1,80})'|\b(?<variable>[A-Z][A-Z0-9_]{2,80}): (?:parameter (?:null or )?not set|unbound variable)|\b(?<variable>[A-Z][A-Z0-9]{0,80}_[A-Z0-9_]{1,80}) (?:(?:is|was) not (?:set|defined|provided)|is required|must be set|is missing|is undefined|environment variable (?:is )?(?:not set|missing|required))/,
  },
  {
    // pydantic-settings names the field in the line below.
    class: 'missing-variable',
    expression:
      /validation errors? for [\w.]{0,60}(?:[Ss]ettings|[Cc]onfig)\w{0,40}[\s\n]{1,4}(?<field>[\w.]{1,80})\s{1,8}[Ff]ield required/,
  },
  {
    class: 'missing-variable',
    expression:
      /Could not resolve placeholder '(?<variable>[\w.-]{1,120})'|Error: .{0,60}"(?<variable>[A-Z][A-Z0-9_]{2,80})" is required|(?:database is uninitialized and superuser password is not specified)/i,
  },
  {
    class: 'migration-failed',
    expression:
      /(?:migration|Flyway|Liquibase|alembic)\b.{0,80}?\b(?:fail(?:ed|ure|s)?|error|could not|can't locate)\b|Can't locate revision identified by ['"](?<revision>\w{1,60})|Found more than 1 migration/i,
  },
  {
    class: 'config-syntax',
    expression:
      /\[emerg\].{0,80}?(?:unknown directive|invalid|unexpected|missing|duplicate|host not found in)|syntax error in config(?:uration)?|invalid config(?:uration)?\b|error parsing (?:the )?config|(?:yaml|toml|json)(?:\.\w{1,30}){0,4}(?:Error|\.scanner\.\w{1,30})|configuration file ["'](?<file>[^"']{1,200})["'] contains errors|Bad directive or wrong number of arguments|FATAL CONFIG FILE ERROR|AH00526|mapping values are not allowed|cannot unmarshal .{0,60}? into Go (?:value|struct)|unrecognized configuration parameter "(?<parameter>[\w.]{1,80})"|failed to load config/i,
  },
  {
    class: 'wrong-architecture',
    expression:
      /exec format error|cannot execute binary file|status=203\/EXEC|does not match the (?:detected )?host platform/i,
  },
  {
    class: 'bad-image',
    expression:
      /(?:manifest (?:for .{1,200}? not found|unknown)|pull access denied|ErrImagePull|ImagePullBackOff|no matching manifest|invalid reference format|BadImageFormatException|toomanyrequests: You have reached your pull rate limit)(?:.{0,120}?image \\{0,4}"(?<image>[\w./:@-]{1,200}))?/,
  },
  {
    class: 'port-in-use',
    expression:
      /EADDRINUSE[^\d\n]{0,80}?(?:[\d.]{7,15}|::)?:(?<port>\d{1,5})\b|(?:bind|listen)[^\n]{0,80}?:(?<port>\d{2,5})\b[^\n]{0,60}?(?:[Aa]ddress already in use|AddrInUse|EADDRINUSE)|port (?<port>\d{1,5}) (?:is |was )?already (?:allocated|in use|bound)|[Pp]ort (?<port>\d{1,5}) is in use|Bind for [\d.:[\]a-f]{1,45}:(?<port>\d{1,5}) failed: port is already allocated/,
  },
  {
    class: 'port-in-use',
    expression:
      /[Aa]ddress (?:\('?[\w.:]{0,60}'?, (?<port>\d{1,5})\): )?already in use|AddrInUse|EADDRINUSE|Only one usage of each socket address/,
  },
  {
    class: 'missing-command',
    expression:
      /exec:? \\?"?(?<command>[\w./-]{1,200})\\?"?: (?:executable file not found|(?:stat .{1,120}: )?no such file)|(?<command>[\w./-]{1,120}): (?:command )?not found(?:$|[\s"'])/,
  },
]
