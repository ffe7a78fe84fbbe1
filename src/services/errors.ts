import { errorTable } from '../core/errors';

/** What goes wrong when PostgreSQL, Kafka, Kafka Connect or the embedded ClickHouse is started on this machine. */
export const fail = errorTable({
  no_java: (f: { found: string }) =>
    `Kafka needs Java 17 or newer; found ${f.found}. Install one (Debian: apt-get install openjdk-17-jre-headless) or set JAVA_HOME.`,
  no_jars: (f: { dir: string }) =>
    `The folder ${f.dir} holds no Kafka and Debezium. Fetch them with "node scripts/installTestTools.mjs kafka" (it needs Maven), or point TIDEMARK_KAFKA_JARS at a folder of jars.`,
  no_postgres: (f: { looked: readonly string[] }) =>
    `No PostgreSQL found; looked for initdb and postgres in ${f.looked.join(', ')}. Install one (Debian: apt-get install postgresql) or point TIDEMARK_POSTGRES at its bin folder.`,
  no_postgres_user: (f: { user: string }) =>
    `PostgreSQL refuses to run as root, and there is no user "${f.user}" to run it as. Create one, or start this as another user.`,
  service_ended: (f: { service: string; exit: string; tail: string; log: string }) =>
    `${f.service} ended with ${f.exit} before it was ready. Its log is ${f.log}; the end of it:\n${f.tail}`,
  service_silent: (f: { service: string; seconds: number; tail: string; log: string }) =>
    `${f.service} was not ready after ${f.seconds} s. Its log is ${f.log}; the end of it:\n${f.tail}`,
  statement_failed: (f: { statement: string; reason: string }) =>
    `ClickHouse refused a statement of the pipeline: ${f.reason}\nThe statement: ${f.statement}`,
  connect_refused: (f: { url: string; reason: string }) =>
    `Kafka Connect did not take PUT ${f.url}: ${f.reason}. Is the pipeline that "tidemark demo pipeline debezium" started still running?`,
  copy_missing: (f: { database: string; seconds: number; missing: readonly string[]; log: string }) =>
    `MaterializedPostgreSQL has not made ${f.missing.map((table) => `${f.database}.${table}`).join(', ')} after ${f.seconds} s. Its log is ${f.log}.`,
  missing_value: (f: { file: string; name: string }) =>
    `${f.file} asks for \${${f.name}}, which has no value. Give it one in the environment.`,
});
