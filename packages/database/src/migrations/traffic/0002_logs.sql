CREATE TABLE `debug_log_dismissals` (
	`finding` text PRIMARY KEY NOT NULL,
	`dismissed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `debug_log_facts` (
	`id` integer PRIMARY KEY NOT NULL,
	`at` real NOT NULL,
	`kind` integer NOT NULL,
	`direction` integer NOT NULL,
	`outcome` integer NOT NULL,
	`contents` integer NOT NULL,
	`era` integer,
	`profile` integer,
	`server` integer,
	`session` integer,
	`client` integer,
	`method` integer NOT NULL,
	`name` integer,
	`error` integer,
	`duration_ms` real,
	`waited_ms` real,
	`head_ms` real,
	`request_bytes` integer,
	`response_bytes` integer,
	`http_status` integer,
	`is_request_cut` integer DEFAULT false NOT NULL,
	`is_response_cut` integer DEFAULT false NOT NULL,
	`is_pinned` integer DEFAULT false NOT NULL,
	`has_note` integer DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE `debug_log_removals` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`first` integer NOT NULL,
	`last` integer NOT NULL,
	CONSTRAINT "debug_log_removals_kind" CHECK(kind IN ('rows', 'words', 'file'))
);
--> statement-breakpoint
CREATE TABLE `debug_log_terms` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`label` text NOT NULL,
	CONSTRAINT "debug_log_terms_kind" CHECK(kind IN ('profile', 'server', 'session', 'client', 'method', 'name', 'error'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `debug_log_terms_value` ON `debug_log_terms` (`kind`,`value`,`label`);--> statement-breakpoint
-- No build before this one has written debug logs.
DROP TABLE `debug_logs`;--> statement-breakpoint
CREATE TABLE `debug_logs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`correlation_id` text NOT NULL,
	`profile_id` text,
	`mcp_server_id` text,
	`session_id` text,
	`request_type` text NOT NULL,
	`request_payload` blob,
	`response_payload` blob,
	`status` text NOT NULL,
	`error_message` text,
	`duration_ms` real,
	`note` text,
	`created_at` integer NOT NULL,
	CONSTRAINT "debug_logs_status" CHECK(status IN ('pending', 'success', 'error'))
);
--> statement-breakpoint
CREATE INDEX `debug_logs_correlation` ON `debug_logs` (`correlation_id`);