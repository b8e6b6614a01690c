CREATE TABLE `accepted_tools` (
	`mcp_server_id` text NOT NULL,
	`tool_name` text NOT NULL,
	`definition` text NOT NULL,
	`accepted_at` integer NOT NULL,
	PRIMARY KEY(`mcp_server_id`, `tool_name`),
	FOREIGN KEY (`mcp_server_id`) REFERENCES `mcp_servers`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
ALTER TABLE `mcp_servers` ADD `hold_changed_tools` integer DEFAULT false NOT NULL;--> statement-breakpoint
-- What was trusted before tools were accepted by name stays so; of two of one name the first counts.
INSERT OR IGNORE INTO `accepted_tools`(`mcp_server_id`, `tool_name`, `definition`, `accepted_at`) SELECT `catalog`.`mcp_server_id`, `tool`.`value` ->> '$.name', `tool`.`value`, `catalog`.`listed_at` FROM `mcp_server_catalogs` AS `catalog`, json_each(`catalog`.`tools`) AS `tool` WHERE json_type(`tool`.`value`, '$.name') = 'text' ORDER BY `catalog`.`mcp_server_id`, `tool`.`key`;
