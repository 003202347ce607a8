SELECT set_config('search_path', :path::text, true)
