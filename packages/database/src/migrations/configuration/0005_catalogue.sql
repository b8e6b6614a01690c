DROP INDEX `prompt_metrics_hourly_hour`;--> statement-breakpoint
ALTER TABLE `prompt_metrics_hourly` ADD `profile_id` text REFERENCES profiles(id) ON DELETE set null;--> statement-breakpoint
ALTER TABLE `prompt_metrics_hourly` ADD `profile_slug` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `prompt_metrics_hourly` ADD `histogram` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
CREATE INDEX `prompt_metrics_hourly_profile` ON `prompt_metrics_hourly` (`profile_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `prompt_metrics_hourly_hour` ON `prompt_metrics_hourly` (`hour_start`,`profile_slug`,`server_name`,`prompt_name`);--> statement-breakpoint
DROP INDEX `resource_metrics_hourly_hour`;--> statement-breakpoint
ALTER TABLE `resource_metrics_hourly` ADD `profile_id` text REFERENCES profiles(id) ON DELETE set null;--> statement-breakpoint
ALTER TABLE `resource_metrics_hourly` ADD `profile_slug` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `resource_metrics_hourly` ADD `histogram` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
CREATE INDEX `resource_metrics_hourly_profile` ON `resource_metrics_hourly` (`profile_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `resource_metrics_hourly_hour` ON `resource_metrics_hourly` (`hour_start`,`profile_slug`,`server_name`,`resource_uri`);--> statement-breakpoint
DROP INDEX `server_metrics_hourly_hour`;--> statement-breakpoint
ALTER TABLE `server_metrics_hourly` ADD `profile_id` text REFERENCES profiles(id) ON DELETE set null;--> statement-breakpoint
ALTER TABLE `server_metrics_hourly` ADD `profile_slug` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `server_metrics_hourly` ADD `histogram` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
CREATE INDEX `server_metrics_hourly_profile` ON `server_metrics_hourly` (`profile_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `server_metrics_hourly_hour` ON `server_metrics_hourly` (`hour_start`,`profile_slug`,`server_name`);--> statement-breakpoint
DROP INDEX `tool_metrics_hourly_hour`;--> statement-breakpoint
ALTER TABLE `tool_metrics_hourly` ADD `profile_id` text REFERENCES profiles(id) ON DELETE set null;--> statement-breakpoint
ALTER TABLE `tool_metrics_hourly` ADD `profile_slug` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `tool_metrics_hourly` ADD `histogram` text DEFAULT '{}' NOT NULL;--> statement-breakpoint
CREATE INDEX `tool_metrics_hourly_profile` ON `tool_metrics_hourly` (`profile_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `tool_metrics_hourly_hour` ON `tool_metrics_hourly` (`hour_start`,`profile_slug`,`server_name`,`tool_name`);--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_resources` (
	`id` text PRIMARY KEY NOT NULL,
	`uri` text NOT NULL,
	`name` text NOT NULL,
	`title` text,
	`description` text DEFAULT '' NOT NULL,
	`mime_type` text,
	`content_kind` text DEFAULT 'text' NOT NULL,
	`text_content` text,
	`binary_content` blob,
	`root_id` text,
	`path` text,
	`tags` text DEFAULT '[]' NOT NULL,
	`enabled` integer DEFAULT true NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`root_id`) REFERENCES `roots`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "resources_content" CHECK(text_content IS NULL OR binary_content IS NULL),
	CONSTRAINT "resources_content_kind" CHECK(content_kind IN ('text', 'binary', 'file'))
);
--> statement-breakpoint
INSERT INTO `__new_resources`("id", "uri", "name", "title", "description", "mime_type", "content_kind", "text_content", "binary_content", "root_id", "path", "tags", "enabled", "created_at", "updated_at") SELECT "id", "uri", "name", "title", "description", "mime_type", CASE WHEN "binary_content" IS NULL THEN 'text' ELSE 'binary' END, "text_content", "binary_content", NULL, NULL, "tags", "enabled", "created_at", "updated_at" FROM `resources`;--> statement-breakpoint
DROP TABLE `resources`;--> statement-breakpoint
ALTER TABLE `__new_resources` RENAME TO `resources`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `resources_uri_unique` ON `resources` (`uri`);--> statement-breakpoint
CREATE INDEX `resources_root` ON `resources` (`root_id`);--> statement-breakpoint
ALTER TABLE `roots` ADD `tags` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `roots` ADD `enabled` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `tools` ADD `request` text DEFAULT '{"query":{},"headers":{},"arguments":{},"body":{"type":"json","whole":null},"auth":{"type":"none"}}' NOT NULL;--> statement-breakpoint
ALTER TABLE `tools` ADD `response_filter` text;--> statement-breakpoint
ALTER TABLE `tools` ADD `max_response_bytes` integer;--> statement-breakpoint
ALTER TABLE `tools` ADD `allow_private_network` integer DEFAULT false NOT NULL;--> statement-breakpoint
UPDATE `tools` SET `request` = json_set(`request`, '$.headers', json((SELECT json_group_object(key, json_object('plain', value)) FROM json_each(`headers`))));--> statement-breakpoint
ALTER TABLE `tools` DROP COLUMN `headers`;--> statement-breakpoint
ALTER TABLE `profile_prompts` ADD `exposed_name` text;--> statement-breakpoint
ALTER TABLE `profile_tools` ADD `exposed_name` text;--> statement-breakpoint
ALTER TABLE `profiles` ADD `tags` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `profiles` ADD `enabled` integer DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE `mcp_servers` ADD `tags` text DEFAULT '[]' NOT NULL;