SET log_min_error_statement = 'panic';
SELECT pg_advisory_lock(1) \g /dev/null
SELECT 'CREATE ROLE "rds_superuser" NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_superuser') \gexec
GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO rds_superuser WITH ADMIN OPTION;
SELECT 'CREATE ROLE "flask" LOGIN CREATEDB CREATEROLE' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'flask') \gexec
ALTER ROLE "flask" PASSWORD 'it''s \secret';
GRANT rds_superuser TO "flask";
ALTER DATABASE postgres OWNER TO "flask";
SELECT 'CREATE DATABASE "app" OWNER "flask"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'app') \gexec
