CREATE TABLE `prompts` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`title` text,
	`description` text DEFAULT '' NOT NULL,
	`template` text NOT NULL,
	`arguments` text DEFAULT '[]' NOT NULL,
	`tags` text DEFAULT '[]' NOT NULL,
	`enabled` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `prompts_name_unique` ON `prompts` (`name`);--> statement-breakpoint
CREATE TABLE `resources` (
	`id` text PRIMARY KEY NOT NULL,
	`uri` text NOT NULL,
	`name` text NOT NULL,
	`title` text,
	`description` text DEFAULT '' NOT NULL,
	`mime_type` text,
	`text_content` text,
	`binary_content` blob,
	`tags` text DEFAULT '[]' NOT NULL,
	`enabled` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "resources_content" CHECK(text_content IS NULL OR binary_content IS NULL)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `resources_uri_unique` ON `resources` (`uri`);--> statement-breakpoint
CREATE TABLE `roots` (
	`id` text PRIMARY KEY NOT NULL,
	`uri` text NOT NULL,
	`name` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `roots_uri_unique` ON `roots` (`uri`);--> statement-breakpoint
CREATE TABLE `tools` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`title` text,
	`description` text DEFAULT '' NOT NULL,
	`method` text NOT NULL,
	`url` text NOT NULL,
	`headers` text DEFAULT '{}' NOT NULL,
	`input_schema` text NOT NULL,
	`output_schema` text,
	`annotations` text DEFAULT '{}' NOT NULL,
	`tags` text DEFAULT '[]' NOT NULL,
	`timeout_ms` integer,
	`enabled` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tools_name_unique` ON `tools` (`name`);--> statement-breakpoint
CREATE TABLE `prompt_metrics_hourly` (
	`id` text PRIMARY KEY NOT NULL,
	`mcp_server_id` text,
	`server_name` text NOT NULL,
	`hour_start` integer NOT NULL,
	`success_count` integer NOT NULL,
	`failure_count` integer NOT NULL,
	`min_ms` integer NOT NULL,
	`max_ms` integer NOT NULL,
	`total_ms` integer NOT NULL,
	`p50_ms` integer NOT NULL,
	`p95_ms` integer NOT NULL,
	`p99_ms` integer NOT NULL,
	`prompt_name` text NOT NULL,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `prompt_metrics_hourly_server` ON `prompt_metrics_hourly` (`mcp_server_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `prompt_metrics_hourly_hour` ON `prompt_metrics_hourly` (`hour_start`,`server_name`,`prompt_name`);--> statement-breakpoint
CREATE TABLE `resource_metrics_hourly` (
	`id` text PRIMARY KEY NOT NULL,
	`mcp_server_id` text,
	`server_name` text NOT NULL,
	`hour_start` integer NOT NULL,
	`success_count` integer NOT NULL,
	`failure_count` integer NOT NULL,
	`min_ms` integer NOT NULL,
	`max_ms` integer NOT NULL,
	`total_ms` integer NOT NULL,
	`p50_ms` integer NOT NULL,
	`p95_ms` integer NOT NULL,
	`p99_ms` integer NOT NULL,
	`resource_uri` text NOT NULL,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `resource_metrics_hourly_server` ON `resource_metrics_hourly` (`mcp_server_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `resource_metrics_hourly_hour` ON `resource_metrics_hourly` (`hour_start`,`server_name`,`resource_uri`);--> statement-breakpoint
CREATE TABLE `server_metrics_hourly` (
	`id` text PRIMARY KEY NOT NULL,
	`mcp_server_id` text,
	`server_name` text NOT NULL,
	`hour_start` integer NOT NULL,
	`success_count` integer NOT NULL,
	`failure_count` integer NOT NULL,
	`min_ms` integer NOT NULL,
	`max_ms` integer NOT NULL,
	`total_ms` integer NOT NULL,
	`p50_ms` integer NOT NULL,
	`p95_ms` integer NOT NULL,
	`p99_ms` integer NOT NULL,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `server_metrics_hourly_server` ON `server_metrics_hourly` (`mcp_server_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `server_metrics_hourly_hour` ON `server_metrics_hourly` (`hour_start`,`server_name`);--> statement-breakpoint
CREATE TABLE `tool_metrics_hourly` (
	`id` text PRIMARY KEY NOT NULL,
	`mcp_server_id` text,
	`server_name` text NOT NULL,
	`hour_start` integer NOT NULL,
	`success_count` integer NOT NULL,
	`failure_count` integer NOT NULL,
	`min_ms` integer NOT NULL,
	`max_ms` integer NOT NULL,
	`total_ms` integer NOT NULL,
	`p50_ms` integer NOT NULL,
	`p95_ms` integer NOT NULL,
	`p99_ms` integer NOT NULL,
	`tool_name` text NOT NULL,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `tool_metrics_hourly_server` ON `tool_metrics_hourly` (`mcp_server_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `tool_metrics_hourly_hour` ON `tool_metrics_hourly` (`hour_start`,`server_name`,`tool_name`);--> statement-breakpoint
CREATE TABLE `access_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`token_hash` text NOT NULL,
	`hint` text NOT NULL,
	`profile_id` text,
	`rights` text NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	FOREIGN KEY (`profile_id`) REFERENCES `profiles`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `access_tokens_token_hash_unique` ON `access_tokens` (`token_hash`);--> statement-breakpoint
CREATE INDEX `access_tokens_profile` ON `access_tokens` (`profile_id`);--> statement-breakpoint
CREATE TABLE `exposed_names` (
	`profile_id` text NOT NULL,
	`mcp_server_id` text NOT NULL,
	`kind` text NOT NULL,
	`original_name` text NOT NULL,
	`exposed_name` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`profile_id`, `kind`, `mcp_server_id`, `original_name`),
	FOREIGN KEY (`profile_id`,`mcp_server_id`) REFERENCES `profile_mcp_servers`(`profile_id`,`mcp_server_id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "exposed_names_kind" CHECK(kind IN ('tool', 'prompt'))
);
--> statement-breakpoint
CREATE INDEX `exposed_names_membership` ON `exposed_names` (`profile_id`,`mcp_server_id`);--> statement-breakpoint
CREATE INDEX `exposed_names_server` ON `exposed_names` (`mcp_server_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `exposed_names_exposed` ON `exposed_names` (`profile_id`,`kind`,`exposed_name`);--> statement-breakpoint
CREATE TABLE `profile_mcp_server_prompts` (
	`profile_id` text NOT NULL,
	`mcp_server_id` text NOT NULL,
	`prompt_name` text NOT NULL,
	`is_enabled` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`profile_id`, `mcp_server_id`, `prompt_name`),
	FOREIGN KEY (`profile_id`,`mcp_server_id`) REFERENCES `profile_mcp_servers`(`profile_id`,`mcp_server_id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `profile_mcp_server_prompts_server` ON `profile_mcp_server_prompts` (`mcp_server_id`);--> statement-breakpoint
CREATE TABLE `profile_mcp_server_resources` (
	`profile_id` text NOT NULL,
	`mcp_server_id` text NOT NULL,
	`resource_uri` text NOT NULL,
	`is_enabled` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`profile_id`, `mcp_server_id`, `resource_uri`),
	FOREIGN KEY (`profile_id`,`mcp_server_id`) REFERENCES `profile_mcp_servers`(`profile_id`,`mcp_server_id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `profile_mcp_server_resources_server` ON `profile_mcp_server_resources` (`mcp_server_id`);--> statement-breakpoint
CREATE TABLE `profile_mcp_server_tools` (
	`profile_id` text NOT NULL,
	`mcp_server_id` text NOT NULL,
	`tool_name` text NOT NULL,
	`is_enabled` integer DEFAULT true NOT NULL,
	`custom_name` text,
	`custom_description` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`profile_id`, `mcp_server_id`, `tool_name`),
	FOREIGN KEY (`profile_id`,`mcp_server_id`) REFERENCES `profile_mcp_servers`(`profile_id`,`mcp_server_id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `profile_mcp_server_tools_server` ON `profile_mcp_server_tools` (`mcp_server_id`);--> statement-breakpoint
CREATE TABLE `profile_mcp_servers` (
	`profile_id` text NOT NULL,
	`mcp_server_id` text NOT NULL,
	`position` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`profile_id`, `mcp_server_id`),
	FOREIGN KEY (`profile_id`) REFERENCES `profiles`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `profile_mcp_servers_server` ON `profile_mcp_servers` (`mcp_server_id`);--> statement-breakpoint
CREATE TABLE `profile_prompts` (
	`profile_id` text NOT NULL,
	`prompt_id` text NOT NULL,
	`position` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`profile_id`, `prompt_id`),
	FOREIGN KEY (`profile_id`) REFERENCES `profiles`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`prompt_id`) REFERENCES `prompts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `profile_prompts_prompt` ON `profile_prompts` (`prompt_id`);--> statement-breakpoint
CREATE TABLE `profile_resources` (
	`profile_id` text NOT NULL,
	`resource_id` text NOT NULL,
	`position` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`profile_id`, `resource_id`),
	FOREIGN KEY (`profile_id`) REFERENCES `profiles`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `profile_resources_resource` ON `profile_resources` (`resource_id`);--> statement-breakpoint
CREATE TABLE `profile_roots` (
	`profile_id` text NOT NULL,
	`root_id` text NOT NULL,
	`position` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`profile_id`, `root_id`),
	FOREIGN KEY (`profile_id`) REFERENCES `profiles`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`root_id`) REFERENCES `roots`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `profile_roots_root` ON `profile_roots` (`root_id`);--> statement-breakpoint
CREATE TABLE `profile_tools` (
	`profile_id` text NOT NULL,
	`tool_id` text NOT NULL,
	`position` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`profile_id`, `tool_id`),
	FOREIGN KEY (`profile_id`) REFERENCES `profiles`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`tool_id`) REFERENCES `tools`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `profile_tools_tool` ON `profile_tools` (`tool_id`);--> statement-breakpoint
CREATE TABLE `profiles` (
	`id` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`name_policy` text DEFAULT 'on_collision' NOT NULL,
	`allow_without_token` integer DEFAULT false NOT NULL,
	`position` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "profiles_slug" CHECK(length(slug) BETWEEN 1 AND 50 AND slug GLOB '[a-z0-9]*' AND slug NOT GLOB '*[^a-z0-9-]*'),
	CONSTRAINT "profiles_name_policy" CHECK(name_policy IN ('on_collision', 'always_prefix'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `profiles_slug_unique` ON `profiles` (`slug`);--> statement-breakpoint
CREATE TABLE `mcp_server_catalogs` (
	`mcp_server_id` text PRIMARY KEY NOT NULL,
	`tools` text NOT NULL,
	`prompts` text NOT NULL,
	`resources` text NOT NULL,
	`resource_templates` text NOT NULL,
	`implementation` text,
	`listed_at` integer NOT NULL,
	`config_hash` text NOT NULL,
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `mcp_servers` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`title` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`transport` text NOT NULL,
	`config` text NOT NULL,
	`limits` text DEFAULT '{}' NOT NULL,
	`enabled` integer DEFAULT true NOT NULL,
	`confirmed_hash` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "mcp_servers_name" CHECK(length(name) BETWEEN 1 AND 50 AND name GLOB '[a-z0-9]*' AND name NOT GLOB '*[^a-z0-9-]*'),
	CONSTRAINT "mcp_servers_transport" CHECK(transport IN ('stdio', 'http', 'sse')),
	CONSTRAINT "mcp_servers_config" CHECK(config ->> '$.transport' = transport)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `mcp_servers_name_unique` ON `mcp_servers` (`name`);--> statement-breakpoint
CREATE TABLE `oauth_client_registrations` (
	`id` text PRIMARY KEY NOT NULL,
	`server_id` text NOT NULL,
	`issuer` text NOT NULL,
	`client_id` text NOT NULL,
	`client_secret` text,
	`client_secret_expires_at` integer,
	`token_endpoint_auth_method` text,
	`registration_access_token` text,
	`registration_client_uri` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `oauth_client_registrations_server` ON `oauth_client_registrations` (`server_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `oauth_client_registrations_server_issuer` ON `oauth_client_registrations` (`server_id`,`issuer`);--> statement-breakpoint
CREATE TABLE `oauth_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`server_id` text NOT NULL,
	`issuer` text NOT NULL,
	`access_token` text NOT NULL,
	`refresh_token` text,
	`token_type` text DEFAULT 'Bearer' NOT NULL,
	`scope` text,
	`expires_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `oauth_tokens_server` ON `oauth_tokens` (`server_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `oauth_tokens_server_issuer` ON `oauth_tokens` (`server_id`,`issuer`);--> statement-breakpoint
CREATE TABLE `mcp_sessions` (
	`session_id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`identity` text,
	`data` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	CONSTRAINT "mcp_sessions_kind" CHECK(kind IN ('sign_in', 'client'))
);
--> statement-breakpoint
CREATE INDEX `mcp_sessions_identity` ON `mcp_sessions` (`kind`,`identity`);--> statement-breakpoint
CREATE INDEX `mcp_sessions_expires` ON `mcp_sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `resource_subscriptions` (
	`id` text PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`uri` text NOT NULL,
	`resource_id` text,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `mcp_sessions`(`session_id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `resource_subscriptions_session` ON `resource_subscriptions` (`session_id`);--> statement-breakpoint
CREATE INDEX `resource_subscriptions_resource` ON `resource_subscriptions` (`resource_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `resource_subscriptions_session_uri` ON `resource_subscriptions` (`session_id`,`uri`);--> statement-breakpoint
CREATE TABLE `audit_log` (
	`id` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`actor` text NOT NULL,
	`actor_name` text NOT NULL,
	`action` text NOT NULL,
	`subject_kind` text NOT NULL,
	`subject_id` text,
	`detail` text DEFAULT '{}' NOT NULL,
	CONSTRAINT "audit_log_actor" CHECK(actor IN ('person', 'token', 'gateway'))
);
--> statement-breakpoint
CREATE INDEX `audit_log_created` ON `audit_log` (`created_at`);--> statement-breakpoint
CREATE TABLE `import_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`status` text NOT NULL,
	`conflict_strategy` text NOT NULL,
	`dry_run` integer DEFAULT false NOT NULL,
	`counts` text DEFAULT '{}' NOT NULL,
	`warnings` text DEFAULT '[]' NOT NULL,
	`errors` text DEFAULT '[]' NOT NULL,
	`created_at` integer NOT NULL,
	`completed_at` integer,
	CONSTRAINT "import_jobs_status" CHECK(status IN ('running', 'completed', 'partly_done', 'failed'))
);
--> statement-breakpoint
CREATE INDEX `import_jobs_created` ON `import_jobs` (`created_at`);--> statement-breakpoint
CREATE TABLE `settings` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `vault_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`key_id` text NOT NULL,
	`provider` text NOT NULL,
	`label` text NOT NULL,
	`wrapped` text NOT NULL,
	`params` text NOT NULL,
	`created_at` integer NOT NULL,
	CONSTRAINT "vault_keys_provider" CHECK(provider IN ('passphrase', 'environment', 'keychain'))
);
--> statement-breakpoint
CREATE TABLE `vault_secrets` (
	`id` text PRIMARY KEY NOT NULL,
	`owner_table` text NOT NULL,
	`owner_id` text NOT NULL,
	`name` text NOT NULL,
	`sealed` text NOT NULL,
	`hint` text,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `vault_secrets_owner_name` ON `vault_secrets` (`owner_table`,`owner_id`,`name`);