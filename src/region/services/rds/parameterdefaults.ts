import type { Engine } from "./engines.js";

/**
 * What RDS sets by itself, and what it lets nobody set: the default parameter groups as DescribeDBParameters tells them, and
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html,
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.MariaDB.Parameters.html.
 */
export interface Defaults {
  /** Values in the engine's units, or formulas. */
  readonly system: Readonly<Record<string, string>>;
  /** RDS lets nobody change these, by name or by the engine's category. */
  readonly fixed: readonly string[];
  readonly fixedCategories: readonly string[];
  /** AWS lets users change these, Sandtable needs them as they are; or only this value is modelled. */
  readonly held: Readonly<Record<string, string>>;
}

const postgres: Defaults = {
  system: {
    autovacuum_max_workers: "GREATEST({DBInstanceClassMemory/64371566592},3)",
    autovacuum_vacuum_cost_limit: "GREATEST({log(DBInstanceClassMemory/21474836480)*600},200)",
    effective_cache_size: "{DBInstanceClassMemory/16384}",
    log_timezone: "UTC",
    maintenance_work_mem: "GREATEST({DBInstanceClassMemory*1024/63963136},65536)",
    max_connections: "LEAST({DBInstanceClassMemory/9531392},5000)",
    max_worker_processes: "GREATEST({DBInstanceVCPU*2},8)",
    shared_buffers: "{DBInstanceClassMemory/32768}",
    shared_preload_libraries: "pg_stat_statements",
    timezone: "UTC",
  },
  fixed: [
    ...["bonjour", "bonjour_name", "cluster_name", "dynamic_library_path", "dynamic_shared_memory_type", "event_source", "fsync"],
    ...[
      "full_page_writes",
      "hot_standby",
      "jit_provider",
      "listen_addresses",
      "local_preload_libraries",
      "log_directory",
      "log_file_mode",
    ],
    ...["logging_collector", "port", "primary_conninfo", "primary_slot_name", "promote_trigger_file"],
    ...[
      "shared_memory_type",
      "ssl",
      "ssl_ca_file",
      "ssl_cert_file",
      "ssl_crl_dir",
      "ssl_crl_file",
      "ssl_dh_params_file",
      "ssl_key_file",
    ],
    ...[
      "ssl_passphrase_command",
      "ssl_passphrase_command_supports_reload",
      "superuser_reserved_connections",
      "synchronous_standby_names",
    ],
    ...[
      "syslog_facility",
      "syslog_ident",
      "unix_socket_directories",
      "unix_socket_group",
      "unix_socket_permissions",
      "wal_level",
    ],
    ...["wal_sync_method", "krb_server_keyfile", "restart_after_crash", "exit_on_error", "data_sync_retry"],
  ],
  fixedCategories: [
    ...["Developer Options", "File Locations", "Write-Ahead Log / Archive Recovery", "Write-Ahead Log / Recovery Target"],
    "Write-Ahead Log / Archiving",
  ],
  held: {
    // Replication without loss, and logs as RDS names them, rest on these.
    huge_pages: "off",
    lc_messages: "C.UTF-8",
    log_destination: "stderr",
    log_filename: "postgresql.log.%Y-%m-%d-%H",
    log_line_prefix: "%t:%r:%u@%d:[%p]:",
    log_rotation_age: "60",
    log_rotation_size: "0",
    max_wal_senders: "20",
    password_encryption: "scram-sha-256",
    "rds.adaptive_autovacuum": "1",
    "rds.force_admin_logging_level": "disabled",
    "rds.force_autovacuum_logging_level": "warning",
    "rds.log_retention_period": "4320",
    "rds.restrict_password_commands": "0",
    wal_keep_size: "512",
    wal_receiver_status_interval: "1",
    wal_receiver_timeout: "3000",
    wal_retrieve_retry_interval: "500",
    wal_sender_timeout: "3000",
  },
};

const mariadb: Defaults = {
  system: {
    binlog_format: "MIXED",
    character_set_server: "utf8mb4",
    collation_server: "utf8mb4_general_ci",
    innodb_buffer_pool_size: "{DBInstanceClassMemory*3/4}",
    key_buffer_size: "16777216",
    log_output: "TABLE",
    max_binlog_size: "134217728",
    max_connections: "{DBInstanceClassMemory/12582880}",
  },
  fixed: [
    ...[
      "aria_log_dir_path",
      "basedir",
      "bind_address",
      "character_sets_dir",
      "character_set_system",
      "datadir",
      "general_log_file",
      "gtid_domain_id",
    ],
    ...[
      "gtid_strict_mode",
      "innodb_data_home_dir",
      "innodb_data_file_path",
      "innodb_log_group_home_dir",
      "innodb_temp_data_file_path",
    ],
    ...[
      "innodb_tmpdir",
      "innodb_undo_directory",
      "large_pages",
      "lc_messages_dir",
      "log_bin",
      "log_bin_basename",
      "log_bin_index",
    ],
    ...["log_error", "log_basename", "log_slave_updates", "named_pipe", "pid_file", "plugin_dir", "plugin_maturity", "port"],
    ...[
      "relay_log",
      "relay_log_basename",
      "relay_log_index",
      "relay_log_info_file",
      "report_host",
      "report_password",
      "report_port",
    ],
    ...[
      "report_user",
      "secure_file_priv",
      "server_id",
      "skip_networking",
      "skip_name_resolve",
      "skip_grant_tables",
      "slave_load_tmpdir",
    ],
    ...["slow_query_log_file", "log_slow_query_file", "socket", "ssl_ca", "ssl_capath", "ssl_cert", "ssl_cipher", "ssl_crl"],
    ...["ssl_crlpath", "ssl_key", "storage_engine", "tmpdir", "version", "wsrep_on", "init_file", "init_rpl_role"],
  ],
  fixedCategories: [],
  held: {
    // The server takes these from nobody but its clients, session by session.
    autocommit: "1",
    character_set_client: "utf8mb4",
    character_set_connection: "utf8mb4",
    character_set_database: "utf8mb4",
    character_set_filesystem: "binary",
    character_set_results: "utf8mb4",
    collation_connection: "utf8mb4_general_ci",
    collation_database: "utf8mb4_general_ci",
    default_storage_engine: "InnoDB",
    foreign_key_checks: "1",
    time_zone: "UTC",
    tx_isolation: "REPEATABLE-READ",
    unique_checks: "1",
    // Replication without loss rests on these.
    binlog_expire_logs_seconds: "7200",
    innodb_flush_log_at_trx_commit: "1",
    innodb_log_file_size: "134217728",
    open_files_limit: "16384",
    rpl_semi_sync_master_enabled: "0",
    rpl_semi_sync_master_timeout: "4294967295",
    rpl_semi_sync_master_wait_no_slave: "1",
    rpl_semi_sync_master_wait_point: "AFTER_SYNC",
    rpl_semi_sync_slave_enabled: "0",
    rpl_semi_sync_slave_kill_conn_timeout: "1",
    slave_net_timeout: "3",
    sync_binlog: "1",
    sync_relay_log: "1",
  },
};

export const defaultsOf: Readonly<Record<Engine["program"], Defaults>> = { postgres, mariadb };
