"""What people call the work of trades, salons, clinics and hotels, as data: a concept, its own names, its symptoms.

A client's label
belongs to the concepts whose names stand in it ("Drain cleaning" to drains); a text points to a concept
by its words. Words are stems where they end in `*`. A word that two concepts share counts for both, and the label with
the most wins.
"""

__all__ = ["CONCEPTS"]

CONCEPTS: dict[str, tuple[str, str]] = {
    "plumbing": (
        "plumb*",
        "plumb* pipe* leak* drip* drain* clog* unclog* toilet* faucet* tap taps sink* shower* bathtub tub sewer* "
        "septic "
        "sump water_heater* hot_water tankless garbage_disposal backed_up burst* spigot hose_bib* gas_line* "
        "low_pressure "
        "water_pressure running_toilet overflow* cistern burst_pipe* water_line* boiler*",
    ),
    "drains": ("drain* sewer*", "drain* clog* unclog* block* blocked sewer* backed_up slow_drain* gully manhole "
                                "rooter"),
    "water_heater": ("water_heater* boiler*", "water_heater* hot_water boiler* tankless pilot_light no_hot_water "
        "radiator*"),
    "heating": (
        "heat* hvac furnace* boiler* warm*",
        "heat* furnace* boiler* hvac thermostat* heat_pump* radiator* pilot_light no_heat freezing_inside vent vents",
    ),
    "cooling": (
        "cool* hvac air_condition* ac a/c air",
        "ac a/c ac's air_condition* aircon cool* hvac duct* thermostat* compressor freon refrigerant heat_pump* "
        "mini_split*"
        " not_getting_any_air no_air cold_air warm_air blowing air_filter* condenser",
    ),
    "electrical": (
        "electric* wiring",
        "electric* wiring rewire* outlet* socket* breaker* fuse* fusebox panel amp amps volt* lost_power no_power "
        "power_out power_outage half_my_house light_switch* light_fixture* lights_flicker* flicker* spark* generator* "
        "ev_charger* ceiling_fan* gfci chandelier* dimmer* lights_out circuit* power",
    ),
    "roofing": ("roof*", "roof* shingle* gutter* skylight* flashing attic_leak hail chimney* leak_in_the_ceiling "
                         "soffit*"),
    "landscaping": (
        "landscap* lawn* garden* yard*",
        "landscap* lawn* garden* yard* mow* grass hedge* mulch* sod sprinkler* irrigation weed* leaf leaves shrub* "
        "tree* "
        "stump* patio* planting flower_bed* backyard sprinklers trimming bushes",
    ),
    "tree": ("tree* arborist*", "tree* stump* branch* limb* arborist* pruning"),
    "legal": (
        "legal law* attorney*",
        "lawyer* legal attorney* law sue suing sued lawsuit* divorce custody will_and_testament estate_planning "
        "car_accident "
        "accident injur* slip_and_fall dui arrest* immigration visa contract_dispute evict* court settlement "
        "workers_comp bankruptcy",
    ),
    "med_spa": (
        "med_spa medspa aesthetic*",
        "botox filler* laser* facial* microneedl* coolsculpt* chemical_peel* peel dermal lip_filler* hydrafacial* "
        "skin_tighten* wrinkle* juvederm dysport tattoo_removal hair_removal med_spa medspa iv_drip",
    ),
    "property": (
        "property_manag* property rental* letting*",
        "tenant* landlord* lease* rent renting rental* property_manag* manage_my deposit vacancy eviction* "
        "maintenance_request "
        "unit moved_out move_out locked_out locked_myself lockout my_apartment building_manager rent_out "
        "security_deposit",
    ),
    "real_estate": (
        "real_estate realt* estate_agent*",
        "list_my listing_my listing sell_my selling_my house_for_sale for_sale on_the_market buy_a_house buying_a "
        "open_house realtor* real_estate commission showing showings mls home_value appraisal mortgage buyer* seller* "
        "still_available viewing condo under_contract house_hunting first-time",
    ),
    "remodeling": (
        "remodel* renovat* contract* construction",
        "remodel* renovat* kitchen* bathroom_re* basement_finish* finish* redo addition deck* cabinet* countertop* "
        "tile tiling "
        "drywall flooring knock_down_a_wall new_bathroom basement extension build_out backsplash",
    ),
    "restoration": (
        "restoration damage fire water_dam* flood*",
        "flood* water_damage fire_damage smoke_damage mold mould restoration standing_water soot soaked "
        "water_everywhere "
        "mitigation sewage storm_damage dry_out wet_carpet basement_flood* under_water ceiling_collapsed house_fire "
        "kitchen_fire water_in_my",
    ),
    "painting": ("paint*", "paint* repaint* primer stain* wallpaper*"),
    "pest": ("pest* extermin*", "pest* extermin* ant ants roach* cockroach* mice mouse rat rats termite* bed_bug* "
                                "bedbug* wasp* bees spider* rodent*"),
    "cleaning": (
        "clean* maid* housekeep* janitor*",
        "clean* maid* deep_clean* housekeep* vacuum* dust* tidy move-out_clean* carpet_clean* window_clean* mop "
        "spotless",
    ),
    "moving": ("mov* removal*", "mov* movers truck packing relocat* haul* storage boxes removal* van piano"),
    "handyman": ("handym* repair*", "handyman fix* repair* assemble* mount_a_tv shelf shelves hang drywall door"),
    "garage_door": ("garage*", "garage_door* garage opener"),
    "locksmith": ("lock*", "lock* key keys locked_out lockout rekey* deadbolt*"),
    "appliance": ("appliance*", "washer* dryer* fridge refrigerator* dishwasher* oven stove appliance* freezer "
                                "microwave"),
    "pool_care": ("pool_service* pool_clean* pool_care", "pool* chlorine"),
    "solar": ("solar*", "solar* inverter*"),
    "hair": (
        "hair* barber* stylist* salon*",
        "hair* haircut* barber* stylist* salon* trim blowout blow_dry highlights balayage dye perm* extension* shave "
        "beard "
        "fade hairdress* updo bangs roots",
    ),
    "nails": ("nail* manicur* pedicur*", "nail* manicur* pedicur* gel acrylic* polish"),
    "massage": ("massag*", "massag* deep_tissue knots swedish"),
    "spa": ("spa spas wellness sauna", "spa massag* facial* sauna hair manicur* pedicur* nail* treatment* wellness "
                                       "jacuzzi scrub steam_room hot_stone*"),
    "dentist": (
        "dent* orthodont*",
        "dent* tooth teeth cavity filling* root_canal toothache crown* braces orthodont* wisdom gum gums hygienist "
        "whitening denture*",
    ),
    "general_practice": (
        "general_pract* family_doc* gp physician* primary_care*",
        "gp general_pract* family_doctor physician* checkup check-up physical flu fever cough cold sore_throat "
        "primary_care "
        "general_doctor blood_pressure vaccin* prescription",
    ),
    "dermatology": ("dermatolog* skin*", "dermatolog* skin rash* acne mole moles eczema psoriasis"),
    "gynecology": ("gynecolog* gynaecolog* obgyn ob/gyn women's", "gynecolog* gynaecolog* obgyn ob-gyn ob/gyn pap "
        "pregnan* prenatal women's_health"),
    "ent": ("ent ear_nose* otolaryng*", "ent ear ears nose throat sinus* otolaryng* hearing tonsil* ear,_nose"),
    "ophthalmology": ("ophthalm* eye* optic* optom*", "ophthalm* opthalm* eye eyes vision glasses cataract* optom* "
        "lasik contact_lens* eyesight"),
    "psychology": ("psycholog* therap* counsel*", "psycholog* therapist* therapy anxiety depress* mental_health"),
    "psychiatry": ("psychiatr*", "psychiatr* medication bipolar adhd"),
    "family_counseling": ("counsel* famil*", "counsel* family_counsel* marriage couples relationship family_therap*"),
    "physio": ("physio* chiro*", "physio* chiro* back_pain neck_pain posture adjustment spine"),
    "vet": ("vet* animal*", "vet vets veterinar* dog cat puppy kitten pet pets"),
    "grooming": ("groom*", "groom* dog puppy bath_my_dog"),
    "gym": ("gym fitness", "gym fitness workout work_out treadmill* weights exercise cardio personal_train*"),
    "housekeeping": (
        "housekeep*",
        "housekeep* clean* towel* sheets linen* bedding make_up_the_room maid* tidy pillow* laundry toiletries dirty "
        "bed_made "
        "blanket* toilet_paper",
    ),
    "parking": ("park*", "park parking parked valet garage car vehicle drive my_car car_park"),
    "restaurant": (
        "restaurant* dining",
        "restaurant* dinner lunch brunch breakfast dining dine eat eating food menu* vegan vegetarian table chef "
        "meal* bar "
        "buffet gluten",
    ),
    "room_service": ("room_service", "room_service to_my_room to_the_room in_my_room bring_me_up order_food sent_up "
                                     "order_a"),
    "swimming_pool": ("swim* pool", "pool* swim* lap laps jacuzzi diving"),
    "wifi": ("wi-fi wifi internet", "wi-fi wifi wi_fi internet wireless connection password_for network online "
                                    "router bandwidth"),
    "cable_tv": ("cable* tv", "cable* tv television channel* dvr satellite premium_channel* hbo sports_package"),
    "phone_line": ("phone* telephon*", "phone* landline telephon* phone_line phone_service voicemail long_distance "
                                       "calling_plan"),
    "security": ("security* alarm*", "security* alarm* camera* surveillance cctv burglar* doorbell_camera "
                                     "home_security"),
    "oil_change": ("oil*", "oil oil_change* synthetic lube"),
    "tires": ("tire* tyre*", "tire* tyre* flat_tire flat flats puncture* wheel* alignment tread rotate rotat*"),
    "maintenance": (
        "maintenance servic*",
        "maintenance tune_up tune-up tuneup inspection service_my mileage scheduled check_engine brake* engine fluids "
        "mechanic serviced",
    ),
    "jump_start": ("jump* batter*", "jump* batter* dead_battery car_won't_start won't_start cables jumper*"),
    "body_repair": ("body* collision*", "dent dents dented scratch* bumper* body_work bodywork body_shop collision "
        "paint_job fender windshield crash*"),
    "towing": ("tow*", "tow towing tow_truck broke_down broken_down stranded breakdown"),
    "tax": ("tax* account*", "tax taxes irs accountant* bookkeep* vat return payroll"),
    "photography": ("photo*", "photo* wedding_pictures headshot* portrait*"),
    "catering": ("cater*", "cater* banquet"),
    "insurance": ("insur*", "insur* premium coverage"),
    "fencing": ("fenc*", "fence* fencing gate posts"),
    "concrete": ("concret* pav*", "concret* driveway* sidewalk* pav* asphalt foundation slab"),
    "flooring": ("floor* carpet*", "floor* hardwood laminate carpet* vinyl tile tiles"),
    "windows": ("window*", "window* glazing pane panes glass"),
}  # fmt: skip
